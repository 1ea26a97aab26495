"""What a tab of the designers is, and what every page of them is given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from accounts.tenancy.errors import DomainError, Invalid
from accounts.tenancy.models import new_id
from workflows.drafting.places import MISSING
from workflows.drafting.words import apart
from workflows.selectors.drafts import Draft
from workflows.services.draft_answers import told_problems
from workflows.services.drafts import DraftTooOld


@dataclass(frozen=True, slots=True)
class Refused:
    """An edit that was not made: its name and parameters as they were typed, what is wrong by parameter, and clashes."""

    edit: str
    params: Mapping[str, Any]
    message: str
    fields: Mapping[str, list[str]] = field(default_factory=dict)
    clashes: tuple[Mapping[str, Any], ...] = ()
    is_old: bool = False
    """Nobody has looked at what clashes: too much was changed since."""
    again: str = ""
    """Where undo and redo are sent once more, leaving what others changed."""

    @classmethod
    def of(cls, error: DomainError, edit: str, params: Mapping[str, Any]) -> "Refused":
        fields = error.fields if isinstance(error, Invalid) else {}
        clashes = tuple(error.params.get("clashes", ()))
        return cls(edit, params, error.message, fields, clashes, is_old=isinstance(error, DraftTooOld))

    @property
    def texts(self) -> list[str]:
        """What is wrong, without the places."""
        return [text for texts in self.fields.values() for text in texts] or [self.message]

    @property
    def told(self) -> list[dict[str, str]]:
        """The clashes in words."""
        return [{"where": clash["where"], "by": clash["by"], **_sides(clash)} for clash in self.clashes]

    @property
    def gone(self) -> Mapping[str, Any] | None:
        """What somebody took away and this edit needs: its place, its name, and whether it can come back."""
        return next((clash["gone"] for clash in self.clashes if clash.get("gone")), None)

    @property
    def repeated(self) -> list[tuple[str, str]]:
        """The parameters as hidden fields, to send the edit again."""
        pairs = [(name, value if isinstance(value, list) else [value]) for name, value in self.params.items()]
        return [(name, one) for name, values in pairs for one in values if isinstance(one, str)]


def _sides(clash: Mapping[str, Any]) -> dict[str, str]:
    mine, theirs = apart(clash.get("mine", MISSING), clash.get("theirs", MISSING))
    return {"mine": mine, "theirs": f"{gone['where']} taken away" if (gone := clash.get("gone")) else theirs}


@dataclass(frozen=True)
class Desk:
    """A tab at work: the draft, the request, what was refused, and the key of the item that stands open in a table."""

    request: HttpRequest
    draft: Draft
    refused: Refused | None = None
    opened: str = ""
    key: UUID = field(default_factory=new_id)
    """The id that the forms of this page send, so that sending one twice is doing it once."""

    @property
    def open(self) -> str:
        """What was added just now, else what the address or the form says."""
        return self.opened or self.request.POST.get("open", "") or self.request.GET.get("open", "")

    @cached_property
    def problems(self) -> list[dict[str, Any]]:
        """What the lint says of the draft; asked once for head, tab and strip."""
        return told_problems(self.draft)


@dataclass(frozen=True, slots=True)
class DesignTab:
    """A tab: its key in the address, its name, the template of its contents, and what that is given.

    The template gets `desk`, `draft`, and what `context` returns. Its forms post to `edit_url` with `edit`, the edit's
    parameters, and `{% include "workflows/design/hidden.html" %}`.
    """

    key: str
    label: str
    template: str
    context: Callable[[Desk], Mapping[str, Any]]
