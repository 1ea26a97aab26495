"""Values a form starts with, from facts about the person who starts it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from forms_builder.schema import fields as f
from forms_builder.schema.clean import as_answer, clean
from forms_builder.schema.document import FormDocument
from forms_builder.schema.sources import Sources
from forms_builder.schema.world import Refused, World


def prefilled(document: FormDocument, requester: Mapping[str, Any], now: datetime, sources: Sources) -> dict[str, Any]:
    """Stored values of all fields with a prefill, whatever their access at the first step.

    `requester` are the facts of `requester.<name>`, `requester` alone is `requester["id"]`; `now` is in the
    organisation's time zone. A fact that is missing or does not fit its field leaves the field empty: a wrong
    personnel record must not keep a person from asking for leave.
    """
    world = World(sources)
    found: dict[str, Any] = {}
    for field in document.fields:
        if field.prefill is None:
            continue
        try:
            found[field.name] = clean(field, _fact(field, requester, now), world)
        except Refused:
            found[field.name] = None
    return found


def _fact(field: f.FieldBase, requester: Mapping[str, Any], now: datetime) -> Any:
    if field.prefill == "today":
        return now.date().isoformat()
    if field.prefill == "now":
        return now.strftime("%H:%M") if isinstance(field, f.TimeField) else now.date().isoformat()
    return as_answer(field, requester.get((field.prefill or "").partition(".")[2] or "id"))
