"""Writes: sending, marking read, replaying, wording."""
