"""A Django app with one flow: Viewflow finds flows by their app."""
