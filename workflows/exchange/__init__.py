"""Workflows of other products: read into our document, with a report of what was not taken. Pure: no ORM."""
