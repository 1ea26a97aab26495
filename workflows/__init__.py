"""The process engine: who must do what, when."""
