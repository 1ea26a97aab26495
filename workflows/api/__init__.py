"""The REST face of this app."""
