"""Links that ask for a decision: from what is in an address to what it opens, and what people of the organisation see of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Organisation
from accounts.tenancy.errors import NotFound
from forms_builder.rendering import StepForm, reading_form
from forms_builder.schema.addresses import masked
from forms_builder.sources import OrganisationSources
from workflows.engine.definition import RunningDefinition
from workflows.engine.links import content_digest
from workflows.graph.compiled import CompiledTransition
from workflows.link_keys import LinkKey
from workflows.models import FINAL_RUN, OPEN_TASK, DecisionLink, LinkEnd, WorkflowRun
from workflows.selectors.asked import outside_forbidden
from workflows.selectors.desk import Desk, allowed_ways, desk_at
from workflows.selectors.doors import TaskNotFound, open_task
from workflows.selectors.runs import RunView, TaskRow, any_run_of_task

NO_LONGER: Final = "This request is no longer open."
CHANGED: Final = "What you were asked about has changed since. You will get a new link if you are still needed."
NOT_NOW: Final = "This request waits for something else at the moment. The link works again once it goes on."


class LinkNotFound(NotFound):
    """One answer for every link that we did not make, that is gone, or that another organisation made."""

    code = "decision_link.not_found"


@dataclass(frozen=True, slots=True)
class Closed:
    """The link decides nothing (any more); ``words`` say why, without a name of anybody."""

    link: DecisionLink
    words: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A link that may decide now, with what its step shows."""

    link: DecisionLink
    view: RunView
    task: TaskRow
    desk: Desk

    @property
    def organisation(self) -> Organisation:
        found: Organisation = self.link.organisation
        return found

    @property
    def facts(self) -> StepForm:
        """What the step shows, to be read; nothing else of the request is."""
        run = self.view.run
        sources = OrganisationSources(self.view.viewer, run_id=run.id)
        definition = self.view.definition
        return reading_form(definition.form, [self.task.step], values=run.data, labels=run.labels, sources=sources)

    @property
    def ways(self) -> tuple[CompiledTransition, ...]:
        return ways_of(self.desk)


def link_path(token: str) -> str:
    """Where a link leads."""
    return reverse("link_decision", args=[token])


def link_of(key: LinkKey) -> DecisionLink:
    """The row that the key opens. Raises LinkNotFound alike for every other key. Needs the scope; one query."""
    rows = DecisionLink.objects.filter(organisation_id=key.organisation_id, id=key.link_id)
    found: DecisionLink | None = rows.select_related("organisation", "member__user").first()
    # Compared also where there is nothing to compare with, so that both take the same time.
    if not key.opens(found.hashes if found is not None else ["0" * 64]) or found is None:
        raise LinkNotFound
    if not found.organisation.is_active:
        raise LinkNotFound
    return found


def opened(link: DecisionLink, at: datetime | None = None) -> Asked | Closed:
    """What the link leads to now. Needs the scope."""
    moment = at or timezone.now()
    requester = Membership.objects.select_related("user", "organisation", "department", "designation").get(
        organisation_id=link.organisation_id,
        id=WorkflowRun.objects.values("requester_id").get(id=link.run_id)["requester_id"],
    )
    view = any_run_of_task(requester, link.task_id)
    task = view.task(link.task_id)
    if not (task.is_open or link.outcome):
        # Decided since the link was read, whose own row says more of it.
        link.refresh_from_db(fields=["outcome", "transition", "ended_at"])
    if words := why_closed(link, moment) or _why_task_closed(link, view, task):
        return Closed(link, words)
    return Asked(link, view, task, desk_at(view, task, at=moment))


def why_closed(link: DecisionLink, at: datetime) -> str:
    """Why the link decides nothing any more, as far as its own row says; empty while it may. One query."""
    if link.outcome == LinkEnd.DECIDED and link.ended_at is not None:
        return f"You decided “{link.transition}” {_when(link, link.ended_at)}."
    if link.outcome == LinkEnd.OTHER and link.ended_at is not None:
        return f"{NO_LONGER} It was decided {_when(link, link.ended_at)}."
    if link.outcome == LinkEnd.REVOKED:
        return "This link was withdrawn. Nothing is left for you to do."
    if link.outcome == LinkEnd.REPLACED:
        return "A newer link was sent to you. Use that one."
    if link.outcome == LinkEnd.EXPIRED or link.expires_at <= at:
        return f"This link held until {holds_until(link)}. Ask who sent it for a new one."
    if link.member_id is None and outside_forbidden(link.organisation_id):
        return NO_LONGER
    if link.member is not None and not (link.member.is_active and link.member.user.is_active):
        return NO_LONGER
    return ""


def _why_task_closed(link: DecisionLink, view: RunView, task: TaskRow) -> str:
    if not task.is_open or view.run.status in FINAL_RUN:
        decided = task.completed_at if task.transition else None
        return f"{NO_LONGER} It was decided {_when(link, decided)}." if decided else NO_LONGER
    if task.paused_at is not None:
        return NOT_NOW
    if content_digest(view.definition, task.step, view.run.data, view.run, task.id) != link.content:
        return CHANGED
    return ""


def _when(link: DecisionLink, moment: datetime) -> str:
    local = moment.astimezone(ZoneInfo(link.organisation.time_zone))
    return f"at {local:%H:%M} on {local.day} {local:%b %Y}"


def holds_until(link: DecisionLink) -> str:
    """In the organisation's time: "5 Oct 2025, 10:42"."""
    local = link.expires_at.astimezone(ZoneInfo(link.organisation.time_zone))
    return f"{local.day} {local:%b %Y, %H:%M}"


def ways_of(desk: Desk) -> tuple[CompiledTransition, ...]:
    """What may be decided by a link at the step: every way that is open, but the one for failures."""
    failure = desk.step.node.on_failure if desk.step.node is not None else ""
    return tuple(way for way in allowed_ways(desk, {}) if way.key != failure)


# --- what people of the organisation see ---


def letters_of(organisation_id: UUID, link_ids: Iterable[UUID]) -> dict[UUID, DecisionLink]:
    """Links whose mails are to be written. One query; needs the scope."""
    rows = DecisionLink.objects.filter(organisation_id=organisation_id, id__in=list(link_ids))
    return {link.id: link for link in rows}


def posted_to(organisation_id: UUID, link_id: UUID) -> tuple[str, str]:
    """The mailbox of a link, and why nothing must be sent to it any more (empty as a rule). Needs the scope."""
    rows = DecisionLink.objects.filter(organisation_id=organisation_id, id=link_id)
    link: DecisionLink | None = rows.select_related("organisation", "member__user").first()
    if link is None:
        return "", "The link is gone."
    found = opened(link)
    return link.address, "The link decides nothing any more." if isinstance(found, Closed) else ""


def run_of_link(actor: Membership, link_id: UUID) -> RunView:
    """The request of a link, for people who may see it. Raises LinkNotFound alike for every other link."""
    rows = DecisionLink.objects.filter(organisation_id=actor.organisation_id, id=link_id)
    task_id = rows.values_list("task_id", flat=True).first()
    if task_id is None:
        raise LinkNotFound
    try:
        return open_task(actor, task_id).view
    except TaskNotFound:
        raise LinkNotFound from None


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link as the page of the request lists it. ``address`` is masked for who does not look after it."""

    id: UUID
    task_id: UUID
    step_name: str
    address: str
    name: str
    state: str
    """open, decided, other, revoked, replaced, expired or closed (the step was decided otherwise)."""
    transition: str
    sent_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    needs_code: bool
    may_revoke: bool

    @property
    def is_open(self) -> bool:
        return self.state == "open"


def asks_by_link(definition: RunningDefinition) -> bool:
    """Whether any step of the workflow asks by links."""
    steps = definition.graph.steps.values()
    return any(step.outside is not None or any(piece.job.kind == "approval" for piece in step.pieces) for step in steps)


def links_of_run(view: RunView, task_id: UUID | None = None) -> list[LinkRow]:
    """The links of a request, or of one task, newest last. One query, none where the workflow asks nobody so."""
    if not asks_by_link(view.definition):
        return []
    rows = DecisionLink.objects.filter(organisation_id=view.run.organisation_id, run_id=view.run.id)
    rows = rows.filter(task_id=task_id) if task_id is not None else rows
    return list(_rows(view, rows.order_by("sent_at", "id")))


def _rows(view: RunView, links: Iterable[DecisionLink]) -> Iterable[LinkRow]:
    tasks = {task.id: task for task in view.tasks}
    now = timezone.now()
    for link in links:
        task = tasks[link.task_id]
        state = _state_of(link, task, now)
        yield LinkRow(
            id=link.id,
            task_id=link.task_id,
            step_name=task.step_name,
            address=link.address if looks_after(view, task) else masked(link.address),
            name=link.name,
            state=state,
            transition=link.transition,
            sent_at=link.sent_at,
            expires_at=link.expires_at,
            ended_at=link.ended_at,
            needs_code=link.needs_code,
            may_revoke=state == "open" and (looks_after(view, task) or view.is_requester),
        )


def _state_of(link: DecisionLink, task: TaskRow, now: datetime) -> str:
    ended_before = task.completed_at is not None and task.completed_at < link.expires_at
    if link.outcome and not (link.outcome == LinkEnd.EXPIRED and ended_before):
        return str(link.outcome)
    if task.state not in OPEN_TASK:
        return "closed"
    return "expired" if link.expires_at <= now else "open"


def looks_after(view: RunView, task: TaskRow) -> bool:
    """Whether the person minds the step while somebody outside is asked: its holder or who stands in, the owner, an admin."""
    viewer = view.viewer
    held = task.is_held_by(viewer.id) or view.acts_for(task) is not None
    return held or viewer.is_tenant_admin or view.run.definition.owner_id == viewer.id


def may_send_again(view: RunView, task: TaskRow) -> bool:
    """Whether the person may have the step's people outside asked anew."""
    step = view.definition.graph.step(task.step)
    apart = view.is_requester and step.bars_requester
    return step.outside is not None and task.is_open and looks_after(view, task) and not apart


def deciders_outside(view: RunView) -> dict[UUID, str]:
    """Who decided by a link without an account, by task. One query, none where the workflow asks nobody so."""
    if not asks_by_link(view.definition):
        return {}
    rows = DecisionLink.objects.filter(
        organisation_id=view.run.organisation_id, run_id=view.run.id, outcome=LinkEnd.DECIDED, member=None
    )
    return {link.task_id: called(link.name, link.address) for link in rows}


def called(name: str, address: str) -> str:
    """Somebody without an account as people of the organisation read it."""
    return f"{name} ({masked(address)})"
