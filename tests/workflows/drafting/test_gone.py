"""What is no more, by the shared vectors; the browser runs the same file."""

import json
from pathlib import Path
from typing import Any

import pytest

from workflows.drafting.gone import gone_above
from workflows.drafting.operations import Change, apply

VECTORS = json.loads(Path("tests/vectors/gone.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda one: one["name"])
def test_what_is_no_more(vector: dict[str, Any]) -> None:
    document = VECTORS["document"]
    operations = [[Change.of(one) for one in changes] for changes in vector["operations"]]
    for changes in operations:
        document = apply(document, changes).document
    gone = gone_above(document, operations, vector["place"])
    told = gone and {
        "place": gone.place,
        "name": gone.name,
        "changes": [change.to_json() for change in gone.changes],
    }
    assert told == vector["gone"]
    for change in gone.changes if gone else ():
        document = apply(document, [change]).document
