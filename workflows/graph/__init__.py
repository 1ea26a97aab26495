"""The graph of a workflow as data: document, compiled form, lint, layout and drawing. Pure: no ORM, no Django."""
