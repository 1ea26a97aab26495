"""How answers and refusals of the proposal services look on a page."""

from typing import Any, Final

from django.contrib import messages
from django.urls import reverse

from accounts.tenancy.errors import Conflict, Invalid
from flows.proposals.services.acting import Acted, Outcome

TROUBLE: Final = {Outcome.FAILED: messages.ERROR, Outcome.SENT_BACK: messages.WARNING}


def said(acted: Acted) -> tuple[int, str]:
    """The message after an action; a change that could not be made is no success."""
    return TROUBLE.get(acted.outcome, messages.SUCCESS), acted.message


def conflict_of(error: Conflict) -> dict[str, str]:
    """The red box: what exists already, with the way to it where there is one."""
    found: dict[str, Any] = error.params
    for key, name, label in (
        ("proposal", "flows:proposal", "Go to the proposal"),
        ("physical_flow", "flows:physical", "Go to the flow"),
    ):
        if found.get(key):
            return {"message": error.message, "url": reverse(name, args=[found[key]]), "label": label}
    return {"message": error.message, "url": "", "label": ""}


def texts_of(error: Invalid) -> list[str]:
    """All that is wrong, without the places."""
    return [text for texts in error.fields.values() for text in texts] or [error.message]
