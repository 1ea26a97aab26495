"""The life of a proposal as a pure function: what stands, who acts and how, to what stands then. Asks no database, no clock.

The state is derived: a proposal is as far as its approvals are. A side may ask several ends (a specification that flows share)
and then has several slots; it has approved when all of them have.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from accounts.tenancy.errors import Conflict, Denied

PROPOSED_CREATE: Final = "PROPOSED_CREATE"
PENDING_APPROVALS: Final = "PENDING_APPROVALS"
FULLY_APPROVED: Final = "FULLY_APPROVED"
CANCELLED: Final = "CANCELLED"
TIMED_OUT: Final = "TIMED_OUT"
SENT_BACK: Final = "SENT_BACK"
REJECTED: Final = "REJECTED"
"""For a side that names no state of its own."""


class TransitionUnknown(Conflict):
    """The state knows no such action, whoever asks."""

    code = "proposal.transition_unknown"


class GuardFailed(Denied):
    """The state knows the action and the actor may not; the code is ``proposal.<action>.denied``, the message says why."""


class Action(StrEnum):
    PROPOSE = "propose"
    APPROVE = "approve"
    REJECT = "reject"
    CANCEL = "cancel"
    TIME_OUT = "time_out"
    SEND_BACK = "send_back"
    RESUBMIT = "resubmit"
    RETRY = "retry"


class Said(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Side:
    """One side that must agree. The states are codes of the metadata; empty ones leave the proposal where it is."""

    code: str
    name: str
    position: int = 0
    approved_state: str = ""
    rejected_state: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """One approval: a side, or one of the ends that a side asks. ``approvals`` of ``quorum`` people have agreed."""

    key: Hashable
    side: Side
    quorum: int = 1
    approvals: int = 0
    said: Said = Said.PENDING

    @property
    def is_pending(self) -> bool:
        return self.said is Said.PENDING


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a proposal is."""

    state: str
    is_open: bool
    slots: tuple[Slot, ...] = ()
    has_failed: bool = False
    """The last approval could not be carried out; it can be retried."""

    @property
    def may_be_resubmitted(self) -> bool:
        return not self.is_open and (self.state == SENT_BACK or any(slot.said is Said.REJECTED for slot in self.slots))


@dataclass(frozen=True, slots=True)
class Rights:
    """What the actor may: the keys of the slots for which they speak, and why not for the others."""

    is_maker: bool = False
    is_clock: bool = False
    """The product itself: it may time out and send back, which people may not."""
    approve: frozenset[Hashable] = frozenset()
    reject: frozenset[Hashable] = frozenset()
    why_not: Mapping[Hashable, str] = field(default_factory=lambda: MappingProxyType({}))
    one_side_only: bool = True
    """Four eyes: of several open sides only the first is the actor's."""
    approve_for: Mapping[Hashable, Hashable] = field(default_factory=lambda: MappingProxyType({}))
    reject_for: Mapping[Hashable, Hashable] = field(default_factory=lambda: MappingProxyType({}))
    """On whose behalf the actor would, where that is not for themselves. One act is on behalf of one person at most."""


@dataclass(frozen=True, slots=True)
class Step:
    """What an action comes to. ``states`` are entered one after the other; empty when only a vote was added."""

    states: tuple[str, ...]
    slots: tuple[Slot, ...]
    voted: tuple[Hashable, ...] = ()
    is_open: bool = True
    behalf: Hashable = None
    """Of whom, where the actor does it for somebody else."""

    @property
    def is_complete(self) -> bool:
        """Everybody has agreed: the change is to be made."""
        return FULLY_APPROVED in self.states


OPEN_ACTIONS: Final = frozenset({Action.APPROVE, Action.REJECT, Action.CANCEL, Action.TIME_OUT, Action.SEND_BACK})


def known_actions(standing: Standing) -> frozenset[Action]:
    """The actions that the state knows, whoever may take them."""
    if standing.state == PROPOSED_CREATE:
        return frozenset({Action.PROPOSE})
    if standing.is_open:
        return OPEN_ACTIONS | ({Action.RETRY} if standing.has_failed else frozenset())
    return frozenset({Action.RESUBMIT}) if standing.may_be_resubmitted else frozenset()


def decide(standing: Standing, action: Action, rights: Rights, *, side: str | None = None) -> Step:
    """What the action comes to; ``side`` None means every open side for which the actor speaks, the first one first.

    Raises TransitionUnknown where the state knows no such action, GuardFailed where the actor may not take it.
    """
    if action not in known_actions(standing):
        raise TransitionUnknown(f"A proposal that is {said_aloud(standing.state)} cannot be {PAST[action]}.")
    match action:
        case Action.APPROVE | Action.RETRY:
            return _approve(standing, rights, side, action)
        case Action.REJECT:
            return _reject(standing, rights, side)
        case Action.PROPOSE:
            return Step((PENDING_APPROVALS,), standing.slots)
        case Action.CANCEL:
            _guard(rights.is_maker, action, "Only the person who proposed this may cancel it.")
            return Step((CANCELLED,), standing.slots, is_open=False)
        case Action.RESUBMIT:
            _guard(rights.is_maker, action, "Only the person who proposed this may revise it.")
            return Step((PENDING_APPROVALS,), ())
        case Action.TIME_OUT:
            _guard(rights.is_clock, action, "Proposals time out by themselves.")
            return Step((TIMED_OUT,), standing.slots, is_open=False)
        case Action.SEND_BACK:
            _guard(rights.is_clock, action, "Proposals are sent back when the catalogue has changed meanwhile.")
            return Step((SENT_BACK,), standing.slots, is_open=False)


def derive(slots: Iterable[Slot], completed: Sequence[str] = ()) -> str:
    """The state that the approvals make; ``completed`` are the codes of the sides in the order in which they agreed."""
    found = list(slots)
    for slot in found:
        if slot.said is Said.REJECTED:
            return slot.side.rejected_state or REJECTED
    if found and all(slot.said is Said.APPROVED for slot in found):
        return FULLY_APPROVED
    by_code = {slot.side.code: slot.side for slot in found}
    named = [by_code[code].approved_state for code in completed if code in by_code and by_code[code].approved_state]
    return named[-1] if named else PENDING_APPROVALS


def completed_sides(slots: Iterable[Slot]) -> frozenset[str]:
    """The sides of which every slot has agreed."""
    found = list(slots)
    waiting = {slot.side.code for slot in found if slot.said is not Said.APPROVED}
    return frozenset(slot.side.code for slot in found) - waiting


def _approve(standing: Standing, rights: Rights, side: str | None, action: Action) -> Step:
    chosen = _chosen(standing, rights.approve, rights.approve_for, rights, side, action)
    slots, voted = list(standing.slots), list[Hashable]()
    states: list[str] = []
    before = completed_sides(slots)
    for code in dict.fromkeys(slot.side.code for slot in chosen):
        mine = [slot.key for slot in chosen if slot.side.code == code]
        slots = [_agreed(slot) if slot.key in mine else slot for slot in slots]
        voted += mine
        now = completed_sides(slots)
        if now == before:
            continue
        here = states[-1] if states else standing.state
        states += [state for state in _way(here, slots, code) if state != here]
        before = now
    behalf = rights.approve_for.get(chosen[0].key)
    return Step(tuple(states), tuple(slots), tuple(voted), FULLY_APPROVED not in states, behalf)


def _way(here: str, slots: Sequence[Slot], code: str) -> list[str]:
    """The states that a side's agreement leads through. Full approval is never the first thing that was approved."""
    state = derive(slots, (code,))
    if state == PENDING_APPROVALS:
        return []
    own = next(slot.side.approved_state for slot in slots if slot.side.code == code)
    return [own, state] if state == FULLY_APPROVED and here == PENDING_APPROVALS and own else [state]


def _reject(standing: Standing, rights: Rights, side: str | None) -> Step:
    one_side = replace(rights, one_side_only=True)
    chosen = _chosen(standing, rights.reject, rights.reject_for, one_side, side, Action.REJECT)
    voted = tuple(slot.key for slot in chosen)
    slots = tuple(replace(slot, said=Said.REJECTED) if slot.key in voted else slot for slot in standing.slots)
    return Step((derive(slots),), slots, voted, is_open=False, behalf=rights.reject_for.get(chosen[0].key))


def _chosen(
    standing: Standing,
    allowed: frozenset[Hashable],
    behalf: Mapping[Hashable, Hashable],
    rights: Rights,
    side: str | None,
    action: Action,
) -> list[Slot]:
    """The open slots for which the actor speaks now: for themselves before for somebody else. Raises GuardFailed for none."""
    slots = sorted(standing.slots, key=lambda slot: slot.side.position)
    asked = [slot for slot in slots if side is None or slot.side.code == side]
    open_ones = [slot for slot in asked if slot.is_pending]
    mine = [slot for slot in open_ones if slot.key in allowed]
    if not mine:
        raise GuardFailed(_why_not(asked, open_ones, rights), code=f"proposal.{action.value}.denied")
    mine.sort(key=lambda slot: slot.key in behalf)
    mine = [slot for slot in mine if behalf.get(slot.key) == behalf.get(mine[0].key)]
    if rights.one_side_only:
        mine = [slot for slot in mine if slot.side.code == mine[0].side.code]
    return mine


def _why_not(asked: Sequence[Slot], open_ones: Sequence[Slot], rights: Rights) -> str:
    if not asked:
        return "This proposal does not ask that side."
    if not open_ones:
        return f"{asked[0].side.name} has decided already."
    texts = dict.fromkeys(rights.why_not.get(slot.key, "You do not speak for this side.") for slot in open_ones)
    return " ".join(texts)


def _agreed(slot: Slot) -> Slot:
    count = slot.approvals + 1
    return replace(slot, approvals=count, said=Said.APPROVED if count >= slot.quorum else Said.PENDING)


def _guard(holds: bool, action: Action, why: str) -> None:
    if not holds:
        raise GuardFailed(why, code=f"proposal.{action.value}.denied")


PAST: Final[Mapping[Action, str]] = MappingProxyType(
    {
        Action.PROPOSE: "proposed",
        Action.APPROVE: "approved",
        Action.REJECT: "rejected",
        Action.CANCEL: "cancelled",
        Action.TIME_OUT: "timed out",
        Action.SEND_BACK: "sent back",
        Action.RESUBMIT: "revised",
        Action.RETRY: "retried",
    }
)


def said_aloud(state: str) -> str:
    """``SOURCE_APPROVED`` as ``source approved``, for sentences where the metadata is not at hand."""
    return state.replace("_", " ").lower()
