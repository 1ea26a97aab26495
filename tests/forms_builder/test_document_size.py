"""How large a document may be: one measure for forms, graphs and cases."""

from collections.abc import Callable
from typing import Any

import pytest

from forms_builder.schema.document import DocumentError, FormDocument
from workflows.graph.document import GraphDocument

LARGE: dict[str, Any] = {"schema_version": 1, "title": "x" * (1024 * 1024)}
DEEP: dict[str, Any] = {}
for _ in range(500):
    DEEP = {"layout": DEEP}


@pytest.mark.parametrize(
    ("load", "raw", "words"),
    [
        (FormDocument.load, LARGE, "The document is larger than 512 kB."),
        (GraphDocument.load, LARGE, "The document is larger than 1024 kB."),
        (FormDocument.load, DEEP, "nested"),
        (GraphDocument.load, DEEP, "nested"),
        (FormDocument.load, {"title": object()}, "The document is not made of JSON values."),
        (GraphDocument.load, {"layout": object()}, "The document is not made of JSON values."),
    ],
)
def test_what_is_too_much_is_said_once(load: Callable[[object], object], raw: object, words: str) -> None:
    with pytest.raises(DocumentError) as refusal:
        load(raw)
    [(path, text)] = refusal.value.errors
    assert (path, words in text, text.count("document")) == ("", True, 1)
