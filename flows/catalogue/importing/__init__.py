"""The catalogue from files: read, judged against what is there without changing anything, applied when somebody says so."""
