"""Saved tasks that come with the product: workflows of every organisation may use them as they are.

A file is `{"edition", "name", "description", "nodes", "parameters"}`; its name is the key, which never changes. Every change
that is shipped adds one to `edition`.
"""

import json
from functools import cache
from importlib.resources import files

from workflows.graph.automation import SHIPPED, Pinned


@cache
def shipped_tasks() -> dict[str, tuple[str, Pinned]]:
    """Description and content of each, by its key in documents."""
    found: dict[str, tuple[str, Pinned]] = {}
    for entry in sorted(files(__name__).iterdir(), key=lambda one: one.name):
        if entry.name.endswith(".json"):
            raw = json.loads(entry.read_text(encoding="utf-8"))
            description, links = raw.pop("description"), raw.pop("nodes")
            key = f"{SHIPPED}{entry.name.removesuffix('.json')}"
            found[key] = (description, Pinned.model_validate({**raw, "links": links}))
    return found
