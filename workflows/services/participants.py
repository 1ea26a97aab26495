"""Who follows a request: watchers by own choice, stakeholders named by stakeholders."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.audit.record import record
from accounts.models import Membership
from accounts.tenancy.errors import Denied, Invalid
from workflows import policies
from workflows.events import ParticipantAdded, ParticipantRemoved
from workflows.models import Participant, ParticipantKind, WorkflowRun
from workflows.selectors.people import active_members
from workflows.selectors.runs import access_run


class ParticipantInvalid(Invalid):
    code = "participant.invalid"


@transaction.atomic
def run_watch(*, run_id: UUID, actor: Membership, at: datetime | None = None) -> None:
    """Follow a request. Doing so twice changes nothing. Raises RunNotFound, Denied."""
    view = access_run(actor, run_id)
    policies.runs.require(actor, "watch", view.run)
    _add(view.run, actor, actor, ParticipantKind.WATCHER, at)


@transaction.atomic
def run_unwatch(*, run_id: UUID, actor: Membership, at: datetime | None = None) -> None:
    """Stop following. Not having followed changes nothing. Raises RunNotFound."""
    view = access_run(actor, run_id)
    gone, _ = Participant.objects.filter(
        organisation_id=actor.organisation_id, run_id=run_id, member_id=actor.id, kind=ParticipantKind.WATCHER
    ).delete()
    if gone:
        event = ParticipantRemoved(**_facts(view.run, actor, actor, ParticipantKind.WATCHER))
        record(event, actor=actor, organisation_id=actor.organisation_id, at=at)


@transaction.atomic
def stakeholder_add(*, run_id: UUID, actor: Membership, member: UUID, at: datetime | None = None) -> None:
    """Name a further stakeholder. The requester and stakeholders may.

    Raises RunNotFound, Denied (``run.add_stakeholder.denied``), ParticipantInvalid for somebody who is not an active person
    of the organisation.
    """
    view = access_run(actor, run_id)
    if not (view.is_requester or view.is_follower(ParticipantKind.STAKEHOLDER)):
        raise Denied("Only stakeholders may name further ones.", code="run.add_stakeholder.denied")
    person = active_members(actor.organisation_id).filter(id=member).first()
    if person is None:
        raise ParticipantInvalid({"member": ["Choose an active person of your organisation."]})
    _add(view.run, person, actor, ParticipantKind.STAKEHOLDER, at)


def _add(run: WorkflowRun, member: Membership, actor: Membership, kind: ParticipantKind, at: datetime | None) -> None:
    moment = at or timezone.now()
    _, made = Participant.objects.get_or_create(
        organisation_id=actor.organisation_id,
        run_id=run.id,
        member_id=member.id,
        kind=kind,
        defaults={
            "created_at": moment,
            "created_by_id": actor.id,
            "modified_at": moment,
            "modified_by_id": actor.id,
        },
    )
    if made:
        event = ParticipantAdded(**_facts(run, member, actor, kind))
        record(event, actor=actor, organisation_id=actor.organisation_id, at=moment)


def _facts(run: WorkflowRun, member: Membership, actor: Membership, kind: ParticipantKind) -> dict[str, object]:
    return {
        "subject_id": run.id,
        "run_id": run.id,
        "run_number": run.number,
        "run_title": run.title,
        "definition_id": run.definition_id,
        "definition_name": run.definition.name,
        "requester_id": run.requester_id,
        "requester_name": run.requester.name,
        "member_id": member.id,
        "member_name": member.name,
        "role": kind.value,
        "by_id": actor.id,
        "by_name": actor.name,
    }
