"""Reads. They take the person who looks, or the organisation."""
