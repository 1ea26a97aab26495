"""Decisions by links: somebody without a login decides a step, people inside revoke and renew what was sent.

The run is locked before its tasks, and both before its links, so that two writers never wait for each other in a circle.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.audit.record import Actor
from accounts.models import Membership
from accounts.tenancy.errors import Conflict, Denied, Invalid
from forms_builder.schema.parts import has_unstorable, unturned
from workflows.engine import links
from workflows.engine.links import AskedTask, Said
from workflows.engine.plan import Plan
from workflows.engine.state import Answers, By
from workflows.events import Via
from workflows.models import DecisionLink, LinkEnd, MachineStep, Task
from workflows.selectors.desk import desk_at
from workflows.selectors.doors import open_task
from workflows.selectors.invitations import asked_outside, why_kept_apart
from workflows.selectors.links import (
    Asked,
    Closed,
    LinkNotFound,
    called,
    looks_after,
    may_send_again,
    opened,
    run_of_link,
)
from workflows.selectors.locks import LockedTask, lock_task
from workflows.services.deciding import clean_text, comment_of
from workflows.services.machine_way import onward
from workflows.services.waking import wake

LONGEST_NAME: Final = 120


class LinkClosed(Conflict):
    """The link decides nothing any more; the message says why."""

    code = "decision_link.closed"


@dataclass(frozen=True, slots=True)
class External:
    """Somebody without an account, as the audit names them."""

    actor_label: str
    actor_kind: str = "external"
    actor_id: UUID | None = None


@transaction.atomic
def link_decide(
    *,
    link_id: UUID,
    organisation_id: UUID,
    transition: str,
    name: str,
    comment: str = "",
    confirmed: bool = False,
    at: datetime | None = None,
) -> str:
    """Decide the link's step by the way called ``transition``; returns the words that tell so. ``name`` is typed by who decides.

    For who holds the link, proved before (``selectors.links.link_of``), and with ``confirmed`` the one-time code. Raises
    LinkClosed, Denied (``decision_link.kept_apart``), Invalid at ``name``, ``transition``, ``comment`` or ``code``.
    """
    moment = at or timezone.now()
    locked, link = locked_link(organisation_id, link_id)
    found = opened(link, moment)
    if isinstance(found, Closed):
        raise LinkClosed(found.words)
    said = _said(found, name, transition, comment, confirmed)
    if why := _why_apart(found):
        raise Denied(f"You cannot decide this: {why}.", code="decision_link.kept_apart")
    by, actor = _who(link, said)
    plan = _plan(locked, found, said, by, moment)
    open_ones = DecisionLink.objects.filter(organisation_id=organisation_id, task_id=link.task_id, outcome=LinkEnd.OPEN)
    task = asked_task(locked)
    links.decided(plan, task, link, said, open_ones.exclude(id=link.id))
    plan.write(actor)
    return f"You decided “{said.transition}”."


def locked_link(organisation_id: UUID, link_id: UUID) -> tuple[LockedTask, DecisionLink]:
    """The run, its task and the link, in this order."""
    rows = DecisionLink.objects.filter(organisation_id=organisation_id, id=link_id)
    seen = rows.select_related("run").first()
    locked = lock_task(organisation_id, seen.task_id, seen.run.requester_id) if seen is not None else None
    link: DecisionLink | None = (
        rows.select_related("organisation", "member__user").select_for_update(of=("self",)).first()
    )
    if locked is None or link is None:
        raise LinkNotFound
    return locked, link


def _said(found: Asked, name: str, transition: str, comment: str, confirmed: bool) -> Said:
    """What was typed, as it will be kept. Raises Invalid with everything that is wrong."""
    wrong: dict[str, list[str]] = {}
    called_ = found.link.member.name if found.link.member is not None else " ".join(unturned(name).split())
    if not called_:
        wrong["name"] = ["Write your name."]
    elif len(called_) > LONGEST_NAME or has_unstorable(called_):
        wrong["name"] = [f"Use at most {LONGEST_NAME} ordinary characters."]
    way = next((way for way in found.ways if way.name == transition), None)
    text = ""
    if way is None:
        wrong["transition"] = ["Choose one of the buttons."]
    else:
        try:
            text = comment_of(comment, way)
        except Invalid as refusal:
            wrong |= {place: list(texts) for place, texts in refusal.fields.items()}
    if found.link.needs_code and not confirmed:
        wrong["code"] = ["Enter the code first."]
    if wrong:
        raise Invalid(wrong)
    return Said(called_, transition, text, confirmed)


def _why_apart(found: Asked) -> str:
    desk = found.desk
    return why_kept_apart(desk, desk.step, found.link.address)


def _who(link: DecisionLink, said: Said) -> tuple[By, Actor]:
    if link.member is not None:
        return By(link.member.id, link.member.name, Via.LINK), link.member
    label = f"{said.name} <{link.address}>"
    return By(None, called(said.name, link.address), Via.LINK), External(label[:200])


def _plan(locked: LockedTask, found: Asked, said: Said, by: By, at: datetime) -> Plan:
    """The request goes on by the chosen way; an automatic step is woken to take it up."""
    if not found.desk.step.is_machine:
        return onward(
            locked, Answers(), "", by=by, at=at, closing=Task.decide, wanted=said.transition, comment=said.comment,
            shown=found.link.content,
        )  # fmt: skip
    plan = Plan(locked.run, by, at)
    links.decided_for_machine(plan, asked_task(locked), found.link, said)
    _wake(found.link, at)
    return plan


def _wake(link: DecisionLink, at: datetime) -> None:
    """Have a worker look at the automatic step that has asked."""
    wake(MachineStep.objects.filter(organisation_id=link.organisation_id, task_id=link.task_id), at)


def asked_task(locked: LockedTask) -> AskedTask:
    return AskedTask(locked.task.id, locked.task.step, locked.task.step_name, locked.task.holders)


@transaction.atomic
def link_revoke(*, link_id: UUID, actor: Membership, reason: str = "", at: datetime | None = None) -> UUID:
    """Withdraw a link that was sent; returns the run's id. The requester may, and who looks after the step.

    Raises LinkNotFound, Denied (``decision_link.revoke.denied``), LinkClosed.
    """
    view = run_of_link(actor, link_id)
    moment = at or timezone.now()
    locked, link = locked_link(actor.organisation_id, link_id)
    if not (looks_after(view, view.task(link.task_id)) or view.is_requester):
        raise Denied(code="decision_link.revoke.denied")
    if link.outcome or not locked.task.is_open:
        raise LinkClosed("This link decides nothing any more.")
    plan = Plan(locked.run, By(actor.id, actor.name), moment)
    links.end(plan, asked_task(locked), [link], LinkEnd.REVOKED, reason=clean_text(reason, "reason"))
    if link.key is not None:
        _wake(link, moment)
    plan.write(actor)
    return locked.run.id


@transaction.atomic
def links_send_again(*, task_id: UUID, actor: Membership, at: datetime | None = None) -> UUID:
    """Ask the step's people outside anew; links that are out stop working. Returns the run's id.

    For who looks after the step. Raises TaskNotFound, Denied (``decision_link.send.denied``), LinkClosed, Invalid at
    ``address`` where nobody can be asked.
    """
    door = open_task(actor, task_id)
    if not may_send_again(door.view, door.task):
        raise Denied("This step asks nobody outside, or is not yours to look after.", code="decision_link.send.denied")
    moment = at or timezone.now()
    locked = lock_task(actor.organisation_id, task_id, door.view.run.requester_id)
    if locked is None or not locked.task.is_open:
        raise LinkClosed("This step is decided already.")
    desk = desk_at(door.view, door.task, at=moment).with_data(locked.run.data)
    asking = asked_outside(desk, desk.step)
    if asking is None or not asking.invited:
        texts = [f"{one.address}: {one.why}".lstrip(": ") for one in asking.refused] if asking else []
        raise Invalid({"address": texts or ["Nobody can be asked."]})
    plan = Plan(locked.run, By(actor.id, actor.name), moment)
    task = asked_task(locked)
    links.end(plan, task, open_rows(locked), LinkEnd.REPLACED)
    links.send(plan, task, asking, desk.definition, Answers(locked.run.data, locked.run.labels))
    plan.write(actor)
    return locked.run.id


def open_rows(locked: LockedTask) -> Sequence[DecisionLink]:
    """The links of the task that nothing has ended, under lock."""
    rows = DecisionLink.objects.filter(organisation_id=locked.run.organisation_id, task_id=locked.task.id)
    return list(rows.filter(outcome=LinkEnd.OPEN).order_by("sent_at", "id").select_for_update())
