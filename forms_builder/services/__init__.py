"""Writes: one use case per function."""
