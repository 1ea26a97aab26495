"""Writes: one use case per function, one noun per file."""
