"""Who follows requests and who must decide them, for many requests at once: what notifications asks."""

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from workflows.models import OPEN_TASK, Participant, ParticipantKind, Task


@dataclass(slots=True)
class Audience:
    """The people around one request, as membership ids."""

    deciders: list[UUID] = field(default_factory=list)
    stakeholders: list[UUID] = field(default_factory=list)
    watchers: list[UUID] = field(default_factory=list)


def audiences(organisation_id: UUID, run_ids: Collection[UUID]) -> dict[UUID, Audience]:
    """For each request: the assignees of its open tasks, its stakeholders and its watchers. Two queries."""
    found = {run_id: Audience() for run_id in run_ids}
    if not found:
        return found
    holders = Task.objects.filter(
        organisation_id=organisation_id, run_id__in=run_ids, state__in=OPEN_TASK, assignee__isnull=False
    ).order_by("opened_at")
    for run_id, member_id in holders.values_list("run_id", "assignee_id"):
        found[run_id].deciders.append(member_id)
    followers = Participant.objects.filter(organisation_id=organisation_id, run_id__in=run_ids).order_by("created_at")
    for run_id, member_id, kind in followers.values_list("run_id", "member_id", "kind"):
        circle = found[run_id]
        (circle.stakeholders if kind == ParticipantKind.STAKEHOLDER else circle.watchers).append(member_id)
    return found
