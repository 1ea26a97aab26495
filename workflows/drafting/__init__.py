"""The draft that the designers change: places in it, numbered operations over it, undo, and what a hand means by an edit.

Pure Python over JSON data; the twin of the browser is `static/src/lib/draft`, and both run `tests/vectors/edits.json`.
"""
