"""The edit that puts another form in the place of the draft's: what an import is in the history."""

from collections.abc import Mapping
from typing import Any, Final

from forms_builder.schema.document import DocumentError, FormDocument
from forms_builder.schema.parts import Access
from workflows.drafting.difference import difference
from workflows.drafting.edits.base import Document, Edit, EditFunction, EditRefused, Params, text
from workflows.drafting.operations import MAX_LABEL

START: Final = "start"


def form_replace(document: Document, params: Params) -> Edit:
    """`form` is the new one; `label` what the history calls it. What it lets everybody fill in is filled in at the start and
    read at the other steps."""
    try:
        form = FormDocument.load(params.get("form"))
    except DocumentError as error:
        raise EditRefused({f"form.{path}".rstrip("."): texts for path, texts in error.fields.items()}) from error
    starts = [step["key"] for step in document.get("graph", {}).get("steps", ()) if step.get("kind") == START]
    made = form.to_json()
    made["fields"] = [_at_steps(field, starts) for field in made["fields"]]
    label = text(params, "label", most=MAX_LABEL) or "Replace the form"
    return Edit(label, difference(document, {**document, "form": made}))


def _at_steps(field: Mapping[str, Any], starts: list[str]) -> dict[str, Any]:
    level = field.get("default_access", Access.HIDDEN.value)
    if field.get("access") or not starts or not Access(level).writable:
        return dict(field)
    return {**field, "default_access": Access.READ.value, "access": dict.fromkeys(starts, level)}


EDITS: Final[Mapping[str, EditFunction]] = {"form.replace": form_replace}
