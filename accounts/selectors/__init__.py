"""Reads over people and organisations. They take the organisation, or a person of it."""
