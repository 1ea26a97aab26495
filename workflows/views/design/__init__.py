"""The designers: one draft behind tabs. A tab is a module here with its `TAB`; `registry.py` lists them."""
