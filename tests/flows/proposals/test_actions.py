"""The table of the state machine once more, through the services and the database: every state, action and person.

``test_states`` says the same of the pure machine. An action that the state does not know is a conflict (409), whoever tries; one
that the person may not take is refused (403).
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import AuditEntry, Membership
from accounts.tenancy.errors import DomainError
from flows.models import DataType, ProposedFlow, Vote
from flows.proposals.selectors import my_permissions
from flows.proposals.services.act import proposal_approve, proposal_cancel, proposal_reject, proposal_retry
from flows.proposals.services.resubmit import proposal_resubmit
from flows.proposals.services.timeouts import proposals_sweep
from tests.flows.proposals.test_failure import fail_at_last
from tests.flows.proposals.world import World, states_of
from workflows.models import EntityState

Made = Callable[[World, pytest.MonkeyPatch], ProposedFlow]
PEOPLE = {"maker": "asha", "source": "ravi", "target": "meera", "nobody": "omar", "admin": "tess"}
UNKNOWN, DENIED = "409 proposal.transition_unknown", "403 proposal.{action}.denied"


def pending(world: World, patch: pytest.MonkeyPatch) -> ProposedFlow:
    return world.propose("TRADE", "PARTY")


def approved(*names: str) -> Made:
    def make(world: World, patch: pytest.MonkeyPatch) -> ProposedFlow:
        proposal = pending(world, patch)
        for name in names:
            proposal_approve(proposal_id=proposal.id, actor=getattr(world.acme, name))
        return proposal

    return make


def rejected(name: str, *before: str) -> Made:
    def make(world: World, patch: pytest.MonkeyPatch) -> ProposedFlow:
        proposal = approved(*before)(world, patch)
        return proposal_reject(proposal_id=proposal.id, actor=getattr(world.acme, name), reason="No").proposal

    return make


def sent_back(world: World, patch: pytest.MonkeyPatch) -> ProposedFlow:
    proposal = approved("ravi")(world, patch)
    DataType.objects.filter(code="PARTY").update(deprecated=True)
    return proposal_approve(proposal_id=proposal.id, actor=world.acme.meera).proposal


def cancelled(world: World, patch: pytest.MonkeyPatch) -> ProposedFlow:
    return proposal_cancel(proposal_id=pending(world, patch).id, actor=world.acme.asha).proposal


def timed_out(world: World, patch: pytest.MonkeyPatch) -> ProposedFlow:
    proposal = approved("meera")(world, patch)
    proposals_sweep(organisation_id=world.acme.organisation.id, at=timezone.now() + timedelta(days=31))
    return proposal


def failed(world: World, patch: pytest.MonkeyPatch) -> ProposedFlow:
    return fail_at_last(world, patch, RuntimeError("Full")).proposal


CLOSED = dict.fromkeys(("approve", "reject", "cancel", "retry"), dict.fromkeys(PEOPLE, UNKNOWN))
ENDED = {**CLOSED, "resubmit": dict.fromkeys(PEOPLE, UNKNOWN)}
RETURNED = {**CLOSED, "resubmit": {"maker": "PENDING_APPROVALS"}}
STILL_OPEN = {"cancel": {"maker": "CANCELLED"}, "resubmit": dict.fromkeys(PEOPLE, UNKNOWN)}
OPEN = {**STILL_OPEN, "retry": dict.fromkeys(PEOPLE, UNKNOWN)}
HALF_S = {"approve": {"target": "FULLY_APPROVED"}, "reject": {"target": "TARGET_REJECTED"}}
HALF_T = {"approve": {"source": "FULLY_APPROVED"}, "reject": {"source": "SOURCE_REJECTED"}}

# State -> how it comes about, and what each action of each person comes to; whom a row does not name is refused.
TABLE: dict[str, tuple[Made, dict[str, dict[str, str]]]] = {
    "PENDING_APPROVALS": (
        pending,
        {
            **OPEN,
            "approve": {"source": "SOURCE_APPROVED", "target": "TARGET_APPROVED"},
            "reject": {"source": "SOURCE_REJECTED", "target": "TARGET_REJECTED"},
        },
    ),
    "SOURCE_APPROVED": (approved("ravi"), {**OPEN, **HALF_S}),
    "TARGET_APPROVED": (approved("meera"), {**OPEN, **HALF_T}),
    "SOURCE_APPROVED, failed": (
        failed,
        {**STILL_OPEN, **HALF_S, "retry": {"maker": "FULLY_APPROVED", "target": "FULLY_APPROVED"}},
    ),
    "FULLY_APPROVED": (approved("ravi", "meera"), ENDED),
    "SOURCE_REJECTED": (rejected("ravi", "meera"), RETURNED),
    "TARGET_REJECTED": (rejected("meera"), RETURNED),
    "SENT_BACK": (sent_back, RETURNED),
    "CANCELLED": (cancelled, ENDED),
    "TIMED_OUT": (timed_out, ENDED),
}


def attempt(world: World, proposal: ProposedFlow, action: str, actor: Membership) -> str:
    """What it comes to, and undone again: the state of the row, or the refusal."""
    acts: dict[str, Callable[..., Any]] = {
        "approve": proposal_approve,
        "reject": partial(proposal_reject, reason="No"),
        "cancel": proposal_cancel,
        "retry": proposal_retry,
        "resubmit": partial(proposal_resubmit, flow_def=world.command("TRADE")),
    }
    with transaction.atomic():
        try:
            acts[action](proposal_id=proposal.id, actor=actor)
            row = ProposedFlow.objects.get(id=proposal.id)
            assert states_of(proposal.id)[-1] == row.state == EntityState.objects.get(entity_id=row.id).state.code
            return str(row.state)
        except DomainError as refusal:
            return f"{refusal.status} {refusal.code}" if refusal.message else "no words"
        finally:
            transaction.set_rollback(True)


@pytest.mark.parametrize("state", TABLE)
def test_every_state_action_and_person(world: World, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    make, expected = TABLE[state]
    proposal = make(world, monkeypatch)
    proposal.refresh_from_db()
    assert proposal.state == state.partition(",")[0]
    before = (Vote.objects.count(), AuditEntry.objects.count())
    found: dict[str, dict[str, str]] = {}
    for action in expected:
        found[action] = {}
        for person, name in PEOPLE.items():
            found[action][person] = attempt(world, proposal, action, getattr(world.acme, name))
    wanted = {
        action: {person: row.get(person, DENIED.format(action=action)) for person in PEOPLE}
        for action, row in expected.items()
    }
    assert found == wanted
    assert (Vote.objects.count(), AuditEntry.objects.count()) == before


@pytest.mark.parametrize("state", TABLE)
def test_what_is_offered_is_what_is_allowed(world: World, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    """The permissions that pages and programs show say the same as the services do, with a reason for each no."""
    make, expected = TABLE[state]
    proposal = make(world, monkeypatch)
    proposal.refresh_from_db()
    for person, name in PEOPLE.items():
        permissions = my_permissions(getattr(world.acme, name), proposal)
        for action, row in expected.items():
            may = row.get(person, DENIED)[:3] not in ("403", "409")
            assert getattr(permissions, action) == may, (person, action)
            assert bool(permissions.why_not.get(action)) != may
