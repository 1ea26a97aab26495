"""Questions that automatic steps ask by links: sent, looked at again, and closed when their time is over."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.audit.record import SYSTEM
from forms_builder.rules import RuleErrors, parse
from forms_builder.schema.addresses import masked
from workflows.assignment import Eligibility
from workflows.engine import links
from workflows.engine.links import Asking, Invited, Refused
from workflows.engine.plan import Plan
from workflows.engine.state import Answers, By
from workflows.models import DecisionLink, LinkEnd, TransitionLog, WorkflowRun
from workflows.nodes.base import AskedState, NodeFailure, Question
from workflows.selectors.asked import outside_forbidden
from workflows.selectors.desk import Desk
from workflows.selectors.invitations import FORBIDDEN, sorted_out
from workflows.selectors.locks import lock_task
from workflows.selectors.people import candidates
from workflows.services.at_task import desk_of_nobody
from workflows.services.links import asked_task, open_rows

MOST: Final = 20
"""People who are asked at once; the first answer counts."""


def asked(organisation_id: UUID, task_id: UUID, key: UUID) -> AskedState | None:
    """How the newest question of the task's step stands; a decision counts whenever it was asked. Needs the scope."""
    rows = DecisionLink.objects.filter(organisation_id=organisation_id, task_id=task_id)
    decided = rows.filter(outcome=LinkEnd.DECIDED).first()
    if decided is not None:
        return _state([decided], transition=decided.transition, name=decided.name, comment=decided.comment)
    newest = rows.filter(key=key).order_by("-turn").values_list("turn", flat=True).first()
    if newest is None:
        return None
    found = list(rows.filter(key=key, turn=newest).order_by("id"))
    withdrawn = all(link.outcome == LinkEnd.REVOKED for link in found)
    return _state(found, withdrawn_by=_revoked_by(found[-1]) if withdrawn else "")


def _state(found: Sequence[DecisionLink], **more: str) -> AskedState:
    who = ", ".join(masked(link.address) for link in found[:3])
    who += f" and {len(found) - 3} more" if len(found) > 3 else ""
    at = found[0].ended_at if more.get("transition") else None
    return AskedState(turn=found[0].turn, until=max(link.expires_at for link in found), who=who, at=at, **more)


def _revoked_by(link: DecisionLink) -> str:
    rows = TransitionLog.objects.filter(organisation_id=link.organisation_id, run_id=link.run_id, task_id=link.task_id)
    name: str | None = rows.filter(kind="link_ended").order_by("-seq").values_list("by_name", flat=True).first()
    return name or "somebody"


@transaction.atomic
def ask(organisation_id: UUID, task_id: UUID, question: Question, at: datetime | None = None) -> AskedState:
    """Send the links of a question; those of the one before expire. Raises NodeFailure where nobody can be asked. Needs the
    scope."""
    moment = at or timezone.now()
    run = WorkflowRun.objects.only("requester_id").get(organisation_id=organisation_id, tasks__id=task_id)
    locked = lock_task(organisation_id, task_id, run.requester_id)
    if locked is None or not locked.task.is_open:
        raise NodeFailure("The step is over.", again=False)
    desk = desk_of_nobody(locked.run, locked.task, moment)
    invited, refused = sorted_out(desk, desk.step, _found(desk, question))
    if not invited:
        raise NodeFailure(
            f"Nobody can be asked: {refused[0].why if refused else 'the rule names nobody'}.", again=False
        )
    plan = Plan(locked.run, By(None, SYSTEM.actor_label), moment)
    task = asked_task(locked)
    links.end(plan, task, open_rows(locked), LinkEnd.EXPIRED)
    asking = _asking(question, invited, refused)
    links.send(plan, task, asking, desk.definition, Answers(locked.run.data, locked.run.labels))
    plan.write(SYSTEM)
    who = ", ".join(masked(one.address) for one in invited[:3])
    who += f" and {len(invited) - 3} more" if len(invited) > 3 else ""
    return AskedState(question.turn, moment + question.lasts, who)


def _asking(question: Question, invited: tuple[Invited, ...], refused: tuple[Refused, ...]) -> Asking:
    return Asking(
        invited,
        refused,
        question.lasts,
        needs_code=question.needs_code,
        subject=question.subject,
        text=question.text,
        medium=question.medium,
        turn=question.turn,
        key=question.key,
        filled=True,
    )


def _found(desk: Desk, question: Question) -> Iterator[Invited]:
    """Who is meant; members by their own addresses. Raises NodeFailure."""
    if question.people is not None:
        yield from _members(desk, question.people)
        return
    if outside_forbidden(desk.organisation_id):
        raise NodeFailure(f"Nobody can be asked: {FORBIDDEN}.", again=False)
    if question.address:
        yield Invited(question.address)
        return
    value = desk.situation.data.get(question.field)
    if isinstance(value, str) and value.strip():
        yield Invited(value.strip(), question.field)


def _members(desk: Desk, rule: Mapping[str, Any]) -> Iterator[Invited]:
    graph = desk.definition.graph
    try:
        eligibility = Eligibility.of(parse(rule, graph.assignee_context))
    except RuleErrors as errors:
        raise NodeFailure(f"The rule of the approver is wrong: {errors}", again=False) from errors
    people = candidates(desk.organisation_id, eligibility, desk.situation, never=[desk.situation.requester.id])
    if len(people) > MOST:
        raise NodeFailure(f"The rule names {len(people)} people; at most {MOST} are asked at once.", again=False)
    yield from (Invited(one.email, member_id=one.id) for one in people)
