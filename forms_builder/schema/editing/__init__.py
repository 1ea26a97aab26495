"""Changes of a form as it stands in a draft, pure Python: from JSON to JSON, nothing changed in place."""
