"""What links that ask for a decision add to a plan: they are sent, one has decided, they end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from accounts.tenancy.models import new_id
from forms_builder.schema.addresses import masked
from forms_builder.schema.display import in_names
from workflows.engine.definition import RunningDefinition
from workflows.engine.plan import Plan
from workflows.engine.state import Answers, merged
from workflows.link_events import LinkDecided, LinkEnded, LinkRefused, LinkSent
from workflows.models import DecisionLink, LinkEnd, LogKind
from workflows.nodes.templating import ANSWERS, MissingValue, render_text
from workflows.shown import digest, shown_names

SUBJECT_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Invited:
    """A mailbox that is asked; ``field`` is where the address comes from, ``member_id`` whose mailbox it is, if anybody's."""

    address: str
    field: str = ""
    member_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """An address that cannot be asked; empty where nobody at all can be."""

    address: str
    why: str


@dataclass(frozen=True, slots=True)
class Asking:
    """Whom a step asks by links, for how long, and in which words. ``turn`` and ``key`` are those of an automatic step."""

    invited: tuple[Invited, ...]
    refused: tuple[Refused, ...]
    lasts: timedelta
    needs_code: bool = False
    subject: str = ""
    text: str = ""
    medium: str = "email"
    turn: int = 1
    key: UUID | None = None
    filled: bool = False
    """Whether the texts are filled in already."""
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What the texts may have to call by name although nobody has picked it: it was filled in beforehand."""


@dataclass(frozen=True, slots=True)
class AskedTask:
    """The task that is asked about, open already or just opened. ``holders`` look after it."""

    id: UUID
    step: str
    step_name: str
    holders: tuple[UUID, ...] = ()


def content_digest(definition: RunningDefinition, step: str, values: Mapping[str, Any], run: Any, task_id: UUID) -> str:
    """The digest of what the step shows. Without the task's version: a reminder does not change what is asked."""
    names = shown_names(definition.form, step)
    return digest(names, values, version_id=run.version_id, task_id=task_id, task_version=0)


def send(plan: Plan, task: AskedTask, asking: Asking, definition: RunningDefinition, answers: Answers) -> None:
    """A link for each who is invited, with their mails; who is refused is told of. ``answers`` are those of the whole form as
    they will be."""
    content = content_digest(definition, task.step, answers.values, plan.run, task.id)
    fields = [definition.form.by_name[name] for name in shown_names(definition.form, task.step)]
    shown = in_names(fields, answers.values, merged(asking.names, answers.labels))
    words = _Words(plan, shown, asking.filled)
    expires_at = plan.at + asking.lasts
    for one in asking.invited:
        link_id = new_id()
        plan.add(
            DecisionLink,
            id=link_id,
            run_id=plan.run.id,
            task_id=task.id,
            member_id=one.member_id,
            medium=asking.medium,
            address=one.address,
            field=one.field,
            subject=" ".join(words.of(asking.subject).split())[:SUBJECT_LENGTH],
            text=words.of(asking.text),
            content=content,
            turn=asking.turn,
            key=asking.key,
            sent_at=plan.at,
            expires_at=expires_at,
            needs_code=asking.needs_code,
            **plan.owned(),
        )
        plan.events.append(
            LinkSent(
                **_about(plan, task),
                link_id=link_id,
                medium=asking.medium,
                address=one.address,
                expires_at=expires_at,
                turn=asking.turn,
            )
        )
    if asking.invited:
        detail = {"to_name": task.step_name, "asked": [masked(one.address) for one in asking.invited]}
        plan.log(LogKind.LINK_SENT, task_id=task.id, to_step=task.step, detail=detail)
    for refused in asking.refused:
        _refuse(plan, task, refused)


def _refuse(plan: Plan, task: AskedTask, refused: Refused) -> None:
    who = masked(refused.address) if refused.address else ""
    detail = {"to_name": task.step_name, "who": who, "note": refused.why}
    plan.log(LogKind.LINK_REFUSED, task_id=task.id, to_step=task.step, detail=detail)
    plan.events.append(
        LinkRefused(**_about(plan, task), address=refused.address, why=refused.why, holder_ids=task.holders)
    )


class _Words:
    """Texts with placeholders, of which the step's own fields are all that may be named of the form."""

    def __init__(self, plan: Plan, shown: Mapping[str, Any], filled: bool) -> None:
        run = plan.run
        self.filled = filled
        self.values = {
            "run": {"id": str(run.id), "number": run.number, "title": run.title},
            "workflow": {"id": str(run.definition_id), "name": run.definition_name},
            "requester": {"name": run.requester.name},
            **dict.fromkeys(ANSWERS, shown),
        }

    def of(self, text: str) -> str:
        """Filled in; the product's own words stand in for a text that names something which is not there."""
        try:
            return text if self.filled else render_text(text, self.values)
        except MissingValue:
            return ""


@dataclass(frozen=True, slots=True)
class Said:
    """What was decided by a link."""

    name: str
    transition: str
    comment: str
    confirmed: bool


def decided(plan: Plan, task: AskedTask, link: DecisionLink, said: Said, others: Iterable[DecisionLink]) -> None:
    """The link has decided; the ``others`` of the task are over."""
    plan.updates.append(
        (
            DecisionLink,
            link.id,
            {
                **_over(plan, LinkEnd.DECIDED),
                "name": said.name,
                "transition": said.transition,
                "comment": said.comment,
            },
        )
    )
    for other in others:
        plan.updates.append((DecisionLink, other.id, _over(plan, LinkEnd.OTHER)))
    plan.events.append(
        LinkDecided(
            **_about(plan, task),
            link_id=link.id,
            medium=link.medium,
            address=link.address,
            name=said.name,
            transition=said.transition,
            confirmed=said.confirmed,
            shown=link.content,
            reason=said.comment,
        )
    )


def decided_for_machine(plan: Plan, task: AskedTask, link: DecisionLink, said: Said) -> None:
    """What the history tells where an automatic step takes the decision up."""
    detail = {"to_name": task.step_name, "who": masked(link.address)}
    plan.log(
        LogKind.LINK_DECIDED,
        task_id=task.id,
        to_step=task.step,
        transition=said.transition,
        reason=said.comment,
        detail=detail,
    )


def end(plan: Plan, task: AskedTask, links: Iterable[DecisionLink], how: LinkEnd, *, reason: str = "") -> None:
    """The links decide nothing any more. An expiry is told to who looks after the step."""
    for link in links:
        plan.updates.append((DecisionLink, link.id, _over(plan, how)))
        detail = {"to_name": task.step_name, "who": masked(link.address), "how": str(how)}
        plan.log(LogKind.LINK_ENDED, task_id=task.id, to_step=task.step, reason=reason, detail=detail)
        plan.events.append(
            LinkEnded(
                **_about(plan, task),
                how=str(how),
                link_id=link.id,
                medium=link.medium,
                address=link.address,
                by_id=plan.by.id,
                by_name=plan.by.name,
                reason=reason,
                holder_ids=task.holders if how is LinkEnd.EXPIRED else (),
            )
        )


def _over(plan: Plan, how: LinkEnd) -> dict[str, Any]:
    return {
        "outcome": str(how),
        "ended_at": plan.at,
        "code_hash": "",
        "modified_at": plan.at,
        "modified_by_id": plan.by.id,
    }


def _about(plan: Plan, task: AskedTask) -> dict[str, Any]:
    return {"subject_id": task.id, **plan.facts(), "step": task.step, "step_name": task.step_name}
