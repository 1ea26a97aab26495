"""REST addresses of notifications."""
