"""What a request is about, in one line for lists: the first answers that its start asks for. Whoever may see a request may read
what its start shows, so the line is the same for everybody."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

import orjson

from forms_builder.schema import fields as f
from forms_builder.schema.display import Labels, display
from forms_builder.selectors import document_of
from workflows.graph.document import StepKind
from workflows.models import VersionState, WorkflowVersion

Told = tuple[f.FieldBase, ...]

MOST: Final = 3
"""Answers in a line."""
LONGEST: Final = 80
"""Characters of an answer in a line."""
KEPT: Final = 4096
_SHORT: Final = (
    f.TextField, f.LongTextField, f.NumberField, f.MoneyField, f.DateField, f.DateRangeField, f.TimeField, f.ChoiceField,
    f.UserField, f.DepartmentField,
)  # fmt: skip
_told: dict[UUID, Told] = {}
"""By published version, which never changes."""


def told_by(organisation_id: UUID, version_ids: Iterable[UUID]) -> Mapping[UUID, Told]:
    """The fields that a line may tell, by version. One query for those that the process has not met yet."""
    wanted = set(version_ids)
    found = {ident: _told[ident] for ident in wanted if ident in _told}
    if missing := wanted - found.keys():
        rows = WorkflowVersion.objects.filter(organisation_id=organisation_id, id__in=missing)
        for version in rows.select_related("form").only("id", "state", "graph", "form"):
            found[version.id] = _fields_of(version)
            if version.state != VersionState.DRAFT:
                _keep(version.id, found[version.id])
    return found


def summary_of(fields: Told, data: Mapping[str, Any], labels: Labels) -> str:
    """The line; empty where nothing was answered that fits into one. No query: what has no kept name is left out."""
    said = []
    for field in fields:
        value = data.get(field.name)
        if value in (None, "", []) or (getattr(field, "source", None) and value not in labels.get(field.name, {})):
            continue
        text = " ".join(display(field, value, labels).split())
        said.append(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")
        if len(said) == MOST:
            break
    return " · ".join(said)


def as_mapping(stored: Any) -> Mapping[str, Any]:
    """A JSON column, which a prepared statement brings as its text."""
    found: Mapping[str, Any] = orjson.loads(stored) if isinstance(stored, str | bytes) else stored
    return found


def _fields_of(version: WorkflowVersion) -> Told:
    steps = version.graph.get("steps", ())
    start = next((step["key"] for step in steps if step.get("kind") == StepKind.START), None)
    if start is None:
        return ()
    shown = document_of(version.form).plan(start).shown
    return tuple(field for field in shown if isinstance(field, _SHORT) and not _is_question(field))


def _is_question(field: f.FieldBase) -> bool:
    """Whether it is a choice between two, of which "No" says nothing without the question."""
    return isinstance(field, f.ChoiceField) and len(field.fixed) == 2


def _keep(version_id: UUID, fields: Told) -> None:
    if len(_told) >= KEPT:
        _told.clear()
    _told[version_id] = fields
