"""All edits by name. A package of edits is a module here with its own `EDITS`; add it to the list below."""

from collections.abc import Mapping
from typing import Final

from workflows.drafting.edits import (
    approvals,
    cases,
    clip,
    defaults,
    fixes,
    form_parts,
    form_replace,
    form_rules,
    form_settings,
    machines,
    outside,
    rules,
    settings,
    steps,
    times,
    ways,
)
from workflows.drafting.edits.base import Document, Edit, EditFunction, EditRefused, Params
from workflows.drafting.places import PlaceError

__all__ = ["EDITS", "Edit", "EditFunction", "EditRefused", "edited"]

EDITS: Final[Mapping[str, EditFunction]] = {
    **steps.EDITS,
    **ways.EDITS,
    **clip.EDITS,
    **fixes.EDITS,
    **settings.EDITS,
    **approvals.EDITS,
    **outside.EDITS,
    **times.EDITS,
    **machines.EDITS,
    **rules.EDITS,
    **cases.EDITS,
    **defaults.EDITS,
    **form_parts.EDITS,
    **form_replace.EDITS,
    **form_settings.EDITS,
    **form_rules.EDITS,
}


def edited(document: Document, name: str, params: Params) -> Edit:
    """The changes that the edit means in the document. Raises EditRefused."""
    function = EDITS.get(name)
    if function is None:
        raise EditRefused({"edit": ["There is no such edit."]})
    try:
        return function(document, params)
    except PlaceError as error:
        raise EditRefused(error.reason) from error
