"""The ways to a person. Each is a folder: what it writes when a notice is planned, and how it leaves the product."""
