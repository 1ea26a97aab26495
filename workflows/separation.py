"""Separation of duties: who may not decide at a step although its rule names them. Pure.

Asked when people are drawn (pickers, queues, panels, fallbacks), when a task is given to somebody (hand-over, take-over,
escalation, assignment) and when somebody acts. Decisions that a way back has superseded do not count.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from workflows.graph.compiled import CompiledStep

OWN_REQUEST: Final = "The requester may not decide their own request."
OWN_DELEGATE: Final = "Whoever stands in for the requester may not decide this step."
OWN_WORK: Final = "Whoever last edited what this request is about may not decide it, nor may who stands in for them."


@dataclass(frozen=True, slots=True)
class Duties:
    """Who has done what in a request, as far as it is asked."""

    requester_id: UUID
    decided: Mapping[str, frozenset[UUID]] = field(default_factory=dict)
    """By step, whose decisions hold there; everybody who voted for a panel, and in whose place somebody acted."""
    delegates: frozenset[UUID] = frozenset()
    """Who stands in for the requester now."""
    authors: frozenset[UUID] = frozenset()
    """Whose work the request is about, and who stands in for them now."""

    def and_now(self, step: str, deciders: frozenset[UUID]) -> "Duties":
        """The same once these have decided the step."""
        here = self.decided.get(step, frozenset()) | deciders
        return replace(self, decided={**self.decided, step: here})


def barred(step: CompiledStep, duties: Duties) -> frozenset[UUID]:
    """Everybody who may not decide at the step."""
    found = {duties.requester_id, *duties.authors} if step.bars_requester else set()
    if step.bars_delegates:
        found |= duties.delegates
    for other in step.not_same_as:
        found |= duties.decided.get(other, frozenset())
    return frozenset(found)


def why_barred(step: CompiledStep, member_id: UUID, duties: Duties, names: Mapping[str, str]) -> str:
    """Why the person may not decide at the step, empty where they may; ``names`` are those of the steps by key."""
    if step.bars_requester and member_id == duties.requester_id:
        return OWN_REQUEST
    if step.bars_requester and member_id in duties.authors:
        return OWN_WORK
    if step.bars_delegates and member_id in duties.delegates:
        return OWN_DELEGATE
    for other in sorted(step.not_same_as):
        if member_id in duties.decided.get(other, frozenset()):
            return f"Whoever decided “{names.get(other, other)}” may not decide “{step.name}” too."
    return ""
