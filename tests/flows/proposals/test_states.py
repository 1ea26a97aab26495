"""The state machine: every state, action and actor, and what holds whatever happens."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.proposals.states import (
    CANCELLED,
    FULLY_APPROVED,
    PENDING_APPROVALS,
    PROPOSED_CREATE,
    SENT_BACK,
    TIMED_OUT,
    Action,
    GuardFailed,
    Rights,
    Said,
    Side,
    Slot,
    Standing,
    Step,
    TransitionUnknown,
    completed_sides,
    decide,
    derive,
    known_actions,
)

SOURCE = Side("source", "Source", 10, "SOURCE_APPROVED", "SOURCE_REJECTED")
TARGET = Side("target", "Target", 20, "TARGET_APPROVED", "TARGET_REJECTED")
OWNER = Side("data_owner", "Data owner", 30, "DATA_OWNER_APPROVED", "DATA_OWNER_REJECTED")
P, A, R = Said.PENDING, Said.APPROVED, Said.REJECTED


def slots(source: Said, target: Said) -> tuple[Slot, ...]:
    return tuple(
        Slot(side.code, side, said=said, approvals=int(said is A))
        for side, said in ((SOURCE, source), (TARGET, target))
    )


STANDINGS = {
    PROPOSED_CREATE: Standing(PROPOSED_CREATE, is_open=True, slots=slots(P, P)),
    PENDING_APPROVALS: Standing(PENDING_APPROVALS, is_open=True, slots=slots(P, P)),
    "SOURCE_APPROVED": Standing("SOURCE_APPROVED", is_open=True, slots=slots(A, P)),
    "TARGET_APPROVED": Standing("TARGET_APPROVED", is_open=True, slots=slots(P, A)),
    FULLY_APPROVED: Standing(FULLY_APPROVED, is_open=False, slots=slots(A, A)),
    "SOURCE_REJECTED": Standing("SOURCE_REJECTED", is_open=False, slots=slots(R, P)),
    "TARGET_REJECTED": Standing("TARGET_REJECTED", is_open=False, slots=slots(A, R)),
    SENT_BACK: Standing(SENT_BACK, is_open=False, slots=slots(A, P)),
    CANCELLED: Standing(CANCELLED, is_open=False, slots=slots(P, P)),
    TIMED_OUT: Standing(TIMED_OUT, is_open=False, slots=slots(A, P)),
}
BOTH = frozenset({"source", "target"})
ACTORS = {
    "source": Rights(approve=frozenset({"source"}), reject=frozenset({"source"})),
    "target": Rights(approve=frozenset({"target"}), reject=frozenset({"target"})),
    "both": Rights(approve=BOTH, reject=BOTH),
    "both at once": Rights(approve=BOTH, reject=BOTH, one_side_only=False),
    "approve only": Rights(approve=BOTH),
    "reject only": Rights(reject=BOTH),
    "maker": Rights(is_maker=True),
    "nobody": Rights(),
    "clock": Rights(is_clock=True),
}
GUARD, UNKNOWN = "guard fails", "unknown"
FULL_S = "SOURCE_APPROVED FULLY_APPROVED"

# State and action -> what each actor comes to; whom a row does not name fails the guard.
TABLE: dict[tuple[str, Action], dict[str, str]] = {
    (PENDING_APPROVALS, Action.APPROVE): {
        **dict.fromkeys(("source", "both", "approve only"), "SOURCE_APPROVED"),
        "target": "TARGET_APPROVED",
        "both at once": FULL_S,
    },
    (PENDING_APPROVALS, Action.REJECT): {
        **dict.fromkeys(("source", "both", "both at once", "reject only"), "SOURCE_REJECTED"),
        "target": "TARGET_REJECTED",
    },
    ("SOURCE_APPROVED", Action.APPROVE): dict.fromkeys(
        ("target", "both", "both at once", "approve only"), FULLY_APPROVED
    ),
    ("SOURCE_APPROVED", Action.REJECT): dict.fromkeys(
        ("target", "both", "both at once", "reject only"), "TARGET_REJECTED"
    ),
    ("TARGET_APPROVED", Action.APPROVE): dict.fromkeys(
        ("source", "both", "both at once", "approve only"), FULLY_APPROVED
    ),
    ("TARGET_APPROVED", Action.REJECT): dict.fromkeys(
        ("source", "both", "both at once", "reject only"), "SOURCE_REJECTED"
    ),
    (PROPOSED_CREATE, Action.PROPOSE): dict.fromkeys(ACTORS, PENDING_APPROVALS),
    **{
        (state, action): {actor: to}
        for state in (PENDING_APPROVALS, "SOURCE_APPROVED", "TARGET_APPROVED")
        for action, actor, to in (
            (Action.CANCEL, "maker", CANCELLED),
            (Action.TIME_OUT, "clock", TIMED_OUT),
            (Action.SEND_BACK, "clock", SENT_BACK),
        )
    },
    **{
        (state, Action.RESUBMIT): {"maker": PENDING_APPROVALS}
        for state in ("SOURCE_REJECTED", "TARGET_REJECTED", SENT_BACK)
    },
}


def outcome(standing: Standing, action: Action, rights: Rights) -> str:
    try:
        return " ".join(decide(standing, action, rights).states)
    except GuardFailed as refusal:
        return GUARD if refusal.message and refusal.code == f"proposal.{action}.denied" else refusal.code
    except TransitionUnknown as refusal:
        return UNKNOWN if refusal.status == 409 else refusal.code


@pytest.mark.parametrize(("state", "action"), list(product(STANDINGS, Action)))
def test_every_state_action_and_actor(state: str, action: Action) -> None:
    expected = TABLE.get((state, action))
    for actor, rights in ACTORS.items():
        wanted = UNKNOWN if expected is None else expected.get(actor, GUARD)
        assert outcome(STANDINGS[state], action, rights) == wanted, actor


@pytest.mark.parametrize("state", STANDINGS)
def test_a_retry_is_known_after_a_failure_only(state: str) -> None:
    standing = STANDINGS[state]
    failed = Standing(state, standing.is_open, standing.slots, has_failed=True)
    is_known = state in (PENDING_APPROVALS, "SOURCE_APPROVED", "TARGET_APPROVED")
    assert (Action.RETRY in known_actions(failed)) == is_known
    assert Action.RETRY not in known_actions(standing)


@pytest.mark.parametrize(("side", "to"), [("source", "SOURCE_APPROVED"), ("target", "TARGET_APPROVED")])
def test_who_speaks_for_both_may_choose_the_side(side: str, to: str) -> None:
    pending = STANDINGS[PENDING_APPROVALS]
    assert decide(pending, Action.APPROVE, ACTORS["both"], side=side).states == (to,)
    with pytest.raises(GuardFailed, match="does not ask"):
        decide(pending, Action.APPROVE, ACTORS["both"], side="legal")
    with pytest.raises(GuardFailed, match="decided already"):
        decide(STANDINGS["SOURCE_APPROVED"], Action.APPROVE, ACTORS["both"], side="source")


def test_a_quorum_needs_so_many_people() -> None:
    two = Slot("source", SOURCE, quorum=2)
    standing = Standing(PENDING_APPROVALS, is_open=True, slots=(two, Slot("target", TARGET)))
    first = decide(standing, Action.APPROVE, ACTORS["source"])
    assert (first.states, first.voted) == ((), ("source",))
    second = decide(Standing(PENDING_APPROVALS, is_open=True, slots=first.slots), Action.APPROVE, ACTORS["source"])
    assert second.states == ("SOURCE_APPROVED",)


def test_a_third_side_is_one_more_state() -> None:
    standing = Standing(PENDING_APPROVALS, is_open=True, slots=(*slots(P, P), Slot("data_owner", OWNER)))
    way: list[str] = []
    for code in ("target", "data_owner", "source"):
        step = decide(standing, Action.APPROVE, Rights(approve=frozenset({code})))
        way += step.states
        standing = Standing(way[-1], is_open=step.is_open, slots=step.slots)
    assert way == ["TARGET_APPROVED", "DATA_OWNER_APPROVED", "FULLY_APPROVED"]


def test_a_single_side_passes_through_its_own_state() -> None:
    standing = Standing(PENDING_APPROVALS, is_open=True, slots=(Slot("source", SOURCE),))
    assert decide(standing, Action.APPROVE, ACTORS["source"]).states == ("SOURCE_APPROVED", FULLY_APPROVED)


sides = st.sampled_from([SOURCE, TARGET, OWNER])
some_slots = st.lists(st.tuples(sides, st.integers(1, 3)), min_size=1, max_size=6)
moves = st.lists(
    st.tuples(
        st.sampled_from(
            [Action.APPROVE, Action.APPROVE, Action.APPROVE, Action.REJECT, Action.CANCEL, Action.TIME_OUT]
        ),
        st.integers(0, 5),
        st.booleans(),
    ),
    max_size=25,
)


@given(some_slots, moves)
def test_whatever_happens_the_state_follows_from_the_approvals(
    asked: list[tuple[Side, int]], acts: list[tuple[Action, int, bool]]
) -> None:
    made = tuple(Slot(number, side, quorum) for number, (side, quorum) in enumerate(asked))
    standing = Standing(PENDING_APPROVALS, is_open=True, slots=made)
    for action, number, alone in acts:
        mine = frozenset({number})
        rights = Rights(is_maker=True, is_clock=True, approve=mine, reject=mine, one_side_only=alone)
        try:
            step = decide(standing, action, rights)
        except (GuardFailed, TransitionUnknown):
            assert not standing.is_open or all(slot.key != number or not slot.is_pending for slot in standing.slots)
            continue
        follows(standing, step, action)
        standing = Standing(step.states[-1] if step.states else standing.state, step.is_open, step.slots)


def follows(before: Standing, step: Step, action: Action) -> None:
    """What every step keeps: no vote is undone, full approval is everybody's, and an end is an end."""
    for was, now in zip(before.slots, step.slots, strict=True):
        assert now.approvals >= was.approvals
        assert was.is_pending or now.said is was.said
        assert (now.said is A) == (now.approvals >= now.quorum) or now.said is R
    everybody = completed_sides(step.slots) == {slot.side.code for slot in step.slots}
    assert step.is_complete == (action is Action.APPROVE and everybody)
    assert step.is_complete == (derive(step.slots) == FULLY_APPROVED and action is Action.APPROVE)
    assert step.is_open == (action is Action.APPROVE and not everybody)
    assert len(set(step.states)) == len(step.states)
    if action is Action.REJECT:
        assert step.states == (derive(step.slots),)
