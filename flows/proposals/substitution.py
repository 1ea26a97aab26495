"""Approving on behalf of somebody who is away. Pure: absences are facts of people, the moment is passed in.

Whoever stands in speaks for what the absent person speaks for, as long as the absence lasts, and their word is noted as theirs,
on behalf of that person. Nobody is followed further: who stands in for a substitute has no part in it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from accounts.absence import StandIn
from workflows.assignment import PersonRef

SUBJECT: Final = "flows:approvals"
"""What approvals of data flows are about, as absences are limited to it."""


def absence_scopes(organisation_id: UUID) -> list[tuple[str, str]]:
    """What an absence can be limited to: there is one choice, whatever the organisation."""
    return [(SUBJECT, "Approvals of data flows")]


def stood_in_for(standing: Iterable[StandIn], at: datetime) -> tuple[PersonRef, ...]:
    """The people who are away at the moment and for whose approvals the person stands in, by name."""
    found = {one.member_id: one.member_name for one in standing if one.holds(at, (SUBJECT,))}
    people = [PersonRef(ident, name) for ident, name in found.items()]
    return tuple(sorted(people, key=lambda one: (one.name, one.id)))
