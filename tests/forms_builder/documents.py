"""Form documents that the tests share, and short ways to make and fill them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from forms_builder.rules import Environment
from forms_builder.schema import FileFacts, FormDocument, NoSources, Option
from forms_builder.schema.fields import SourcedChoices, SourceName

TODAY = date(2025, 10, 1)
PERSON = "0191d9a0-0000-7000-8000-000000000001"
GONE = "0191d9a0-0000-7000-8000-000000000002"
FILE = "0191d9a0-0000-7000-8000-000000000003"
PHOTO = "0191d9a0-0000-7000-8000-000000000004"


@dataclass(frozen=True)
class MemorySources:
    """Sources held in memory: one person, one department, one file."""

    today: date = TODAY
    rows: Mapping[str, str] = field(default_factory=lambda: {PERSON: "Ravi"})
    old: Mapping[str, str] = field(default_factory=lambda: {GONE: "Somebody who left"})
    attachments: Sequence[FileFacts] = (
        FileFacts(FILE, "receipt.pdf", 2_000, "application/pdf"),
        FileFacts(PHOTO, "meter.JPG", 2_000, "image/jpeg"),
    )

    @property
    def environment(self) -> Environment:
        return NoSources(self.today).environment

    def options(self, wanted: SourcedChoices) -> Sequence[Option]:
        return [Option(value, label) for value, label in self.rows.items()]

    def search(self, wanted: SourcedChoices, text: str, most: int) -> Sequence[Option]:
        return [one for one in self.options(wanted) if text.lower() in one.label.lower()][:most]

    def row(self, wanted: SourcedChoices, value: str) -> Mapping[str, Any]:
        return {"name": self.rows[value], "level": 3, "city": None} if value in self.rows else {}

    @property
    def links_to_maps(self) -> bool:
        return True

    def labels(self, wanted: SourcedChoices, values: Collection[str]) -> Mapping[str, str]:
        return {value: self.rows[value] for value in values if value in self.rows}

    def names(self, source: SourceName, values: Collection[str]) -> Mapping[str, str]:
        known = {**self.rows, **self.old}
        return {value: known[value] for value in values if value in known}

    def files(self, ids: Collection[str]) -> Mapping[str, FileFacts]:
        return {facts.id: facts for facts in self.attachments if facts.id in ids}


def one_field(kind: str, **settings: Any) -> dict[str, Any]:
    """A field called `it` that everybody may write."""
    return {"type": kind, "name": "it", "label": "It", "default_access": "write", **settings}


def document(*fields: dict[str, Any], **more: Any) -> FormDocument:
    return FormDocument.load({"fields": list(fields), **more})


def posted(pairs: Sequence[tuple[str, str]] | Mapping[str, str]) -> QueryDict:
    """What a browser sends."""
    return QueryDict(urlencode(pairs))


YES_NO = [{"value": "yes", "label": "Yes"}, {"value": "no", "label": "No"}]
EXPENSE_FIELDS: list[dict[str, Any]] = [
    {"type": "choice", "name": "billable", "label": "Billable", "choices": YES_NO, "access": {"claim": "required"}},
    {
        "type": "text", "name": "client", "label": "Client name", "access": {"claim": "required"},
        "visible_when": {"field": "form.billable", "op": "eq", "value": "yes"},
    },
    {
        "type": "table", "name": "lines", "label": "Lines", "row_label": "Line", "access": {"claim": "required"},
        "columns": [
            {"type": "text", "name": "what", "label": "What", "required": True},
            {"type": "money", "name": "amount", "label": "Amount", "required": True, "min": "0.01"},
        ],
    },
    {"type": "file", "name": "receipts", "label": "Receipts", "access": {"claim": "write"}, "default_access": "read"},
    {
        "type": "text", "name": "manager_note", "label": "Manager's note", "access": {"approve": "write"},
    },
]  # fmt: skip


def expense() -> FormDocument:
    return document(*EXPENSE_FIELDS)
