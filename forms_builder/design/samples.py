"""Answers for what can only be read at a step, so that a preview shows how it will look."""

from collections.abc import Mapping
from typing import Any

from forms_builder.design.kinds import kind_of
from forms_builder.schema import FormDocument, Sources
from forms_builder.schema.clean import clean
from forms_builder.schema.parts import Access
from forms_builder.schema.world import Refused, World


def sample_values(document: FormDocument, step: str, values: Mapping[str, Any], sources: Sources) -> dict[str, Any]:
    """The values, with a sample for every field that is only read at the step and has none."""
    found = dict(values)
    world = World(sources)
    for field in document.by_name.values():
        if found.get(field.name) is not None or field.access_at(step) is not Access.READ or not field.answered:
            continue
        kind = kind_of(str(getattr(field, "type", "")))
        try:
            found[field.name] = clean(field, kind.sample(field, sources), world)
        except Refused:
            found[field.name] = None
    return found
