"""Reads over notices, deliveries and what planning needs."""
