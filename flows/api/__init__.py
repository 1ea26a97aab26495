"""REST addresses of this app."""
