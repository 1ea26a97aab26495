"""Whom automatic steps tell, and in which words: as facts of the plan that is written anyway."""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from workflows.engine.machines import tell
from workflows.engine.plan import Plan
from workflows.graph.automation import Job, Occasion
from workflows.nodes.base import Message
from workflows.nodes.templating import MissingValue, render_text
from workflows.selectors.locks import LockedTask
from workflows.selectors.people import active_members, tenant_admin_ids

SUBJECTS: Final = {
    Occasion.COMPLETION: "Done: {step}",
    Occasion.RETRY: "Will be tried again: {step}",
    Occasion.TIMEOUT: "Out of time: {step}",
    Occasion.FAILURE: "Failed: {step}",
}
OWNER: Final = ("owner",)


def tell_occasion(plan: Plan, locked: LockedTask, job: Job, occasion: Occasion) -> None:
    """The notices that the document asks for on this occasion; whoever is not named is the workflow's owner."""
    for notice in job.notices:
        if notice.on is occasion:
            subject = SUBJECTS[occasion].format(step=locked.task.step_name)
            tell_all(plan, locked, job.kind, [Message(notice.to or OWNER, _filled(notice.text, locked), subject)])


def tell_all(plan: Plan, locked: LockedTask, kind: str, messages: Iterable[Message]) -> None:
    """These messages. At most one query for the admins and one for people named by id."""
    for message in messages:
        people = _people(locked, message.to)
        stakeholders = "stakeholders" in message.to
        if people or stakeholders:
            task, text, subject = locked.task, message.text, message.subject
            tell(plan, task, kind, text, subject=subject, people=people, stakeholders=stakeholders)


def _people(locked: LockedTask, to: Sequence[str]) -> list[UUID]:
    run = locked.run
    found: list[UUID] = []
    named: list[UUID] = []
    for one in to:
        if one == "owner":
            found.append(run.owner_id)
        elif one == "requester":
            found.append(run.requester.id)
        elif one == "admins":
            found += tenant_admin_ids(run.organisation_id)
        elif one != "stakeholders":
            named.append(UUID(one))
    if named:
        found += active_members(run.organisation_id).filter(id__in=named).values_list("id", flat=True)
    return found


def _filled(text: str, locked: LockedTask) -> str:
    """Words of a notice; of the request they may name its number and title only, never what was filled in."""
    run = locked.run
    values = {
        "run": {"id": str(run.id), "number": run.number, "title": run.title},
        "workflow": {"id": str(run.definition_id), "name": run.definition_name},
    }
    try:
        return render_text(text, values)
    except MissingValue as missing:
        return f"{text}\n({missing})"
