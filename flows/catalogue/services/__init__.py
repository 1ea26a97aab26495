"""The catalogue, changed past the approvals by those who may break the glass."""
