"""What a mail link shows: the facts of the step and the ways on, or what has become of the task."""

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.models import Membership
from accounts.tenancy.errors import NotFound
from forms_builder.rendering import StepForm, reading_form
from forms_builder.sources import OrganisationSources
from workflows.graph.document import ByMail
from workflows.mail_links import MailLink
from workflows.models import OPEN_TASK, Task, TaskCandidate
from workflows.selectors.definitions import definition_of
from workflows.selectors.desk import Way, content_of, desk_at, may_decide, ways_from
from workflows.selectors.doors import TaskNotFound, open_task
from workflows.selectors.runs import RunView, TaskRow

GONE = "This request is no longer with you."
CHANGED = "This request has changed since the mail was sent. Open it to decide."


class LinkNotFound(NotFound):
    code = "mail_link.not_found"


@dataclass(frozen=True, slots=True)
class Decidable:
    """A task that the link's person may decide now. ``more``: some ways need the page of the request."""

    member: Membership
    view: RunView
    task: TaskRow
    ways: tuple[Way, ...]
    more: bool
    needs_login: bool

    @property
    def facts(self) -> StepForm:
        """What the step shows, to be read."""
        run = self.view.run
        sources = OrganisationSources(self.member, run_id=run.id)
        return reading_form(
            self.view.definition.form, [self.task.step], values=run.data, labels=run.labels, sources=sources
        )

    @property
    def shown(self) -> str:
        """The fingerprint of these facts."""
        return content_of(self.view, self.task)


@dataclass(frozen=True, slots=True)
class Dead:
    """The link decides nothing any more; ``words`` say why, as far as its person may know."""

    words: str


def quick_path(organisation_id: UUID, member_id: UUID, task_id: UUID) -> str:
    """The path of the link for a mail to this person about this task; empty where the step does not allow it, or the task is
    not theirs to decide any more. Needs the scope. Two queries."""
    task = (
        Task.objects.filter(organisation_id=organisation_id, id=task_id, state__in=OPEN_TASK)
        .select_related("run")
        .first()
    )
    if task is None or not _is_held_by(task, member_id):
        return ""
    return MailLink(organisation_id, member_id, task_id, task.version).path if by_mail_of(task) else ""


def by_mail_of(task: Task) -> ByMail | None:
    """How the task's step may be decided by mail; None where it may not."""
    step = definition_of(task.organisation_id, task.run.version_id).graph.step(task.step)
    wanted = step.assignee.by_mail if step.assignee else ByMail.OFF
    return wanted if wanted is not ByMail.OFF else None


def _is_held_by(task: Task, member_id: UUID) -> bool:
    if task.assignee_id is not None:
        return bool(task.assignee_id == member_id)
    return TaskCandidate.objects.filter(
        organisation_id=task.organisation_id, task_id=task.id, member_id=member_id, is_open=True
    ).exists()


def opened_by(link: MailLink, viewer: Membership | None) -> Decidable | Dead:
    """What the link leads to for whoever opens it; ``viewer`` is who is signed in in that browser. Needs the scope.

    Raises LinkNotFound for people and tasks that are gone, alike.
    """
    member = _person(link)
    task = Task.objects.filter(organisation_id=link.organisation_id, id=link.task_id).select_related("run").first()
    by_mail = by_mail_of(task) if task is not None else None
    if member is None or task is None or by_mail is None:
        raise LinkNotFound
    if viewer is not None and viewer.id != member.id:
        return Dead(GONE)
    try:
        seen = open_task(member, link.task_id)
    except TaskNotFound:
        return Dead(GONE)
    if not seen.task.is_open:
        return Dead(_what_happened(seen.task, member))
    if not may_decide(seen.view, seen.task):
        return Dead(GONE)
    if seen.task.version != link.version:
        return Dead(CHANGED)
    ways = ways_from(desk_at(seen.view, seen.task))
    plain = tuple(way for way in ways if not any(branch.needs_choice for branch in way.branches) or way.is_return)
    return Decidable(member, seen.view, seen.task, plain, len(plain) < len(ways), needs_login=by_mail is ByMail.LOGIN)


def _person(link: MailLink) -> Membership | None:
    people = Membership.objects.filter(
        organisation_id=link.organisation_id,
        id=link.member_id,
        is_active=True,
        user__is_active=True,
        organisation__is_active=True,
    )
    found: Membership | None = people.select_related("user", "organisation", "department", "designation").first()
    return found


def _what_happened(task: TaskRow, member: Membership) -> str:
    """Who decided, for those who might have; others only hear that it is over."""
    mine = member.id in task.candidate_ids or (task.assignee is not None and task.assignee.id == member.id)
    if task.completed_at is None or task.completed_by is None or not mine:
        return GONE
    local = task.completed_at.astimezone(ZoneInfo(member.organisation.time_zone))
    return f"{task.transition} by {task.completed_by.name} at {local:%H:%M} on {local.day} {local:%b %Y}."
