"""The organisation's own wording."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.audit.record import record
from accounts.models import Membership
from accounts.tenancy.errors import Invalid, NotFound
from accounts.tenancy.models import new_id
from notifications import policies
from notifications.events import TemplateRemoved, TemplateSaved
from notifications.models import Template
from notifications.rendering import problems, render, render_line
from notifications.values import NAMES, names_of
from notifications.wording import WORDINGS

SAMPLE = {
    "message": "Paid",
    "words": "Please have a look at the order.",
    "number": "1042",
    "title": "Leave of Asha",
    "workflow": "Leave Application",
    "requester": "Asha",
    "recipient": "Ravi",
    "organisation": "Acme",
    "person": "Asha",
    "step": "Manager review",
    "next_step": "HR review",
    "assignee": "Ravi",
    "previous": "Meera",
    "reason": "Covered by the team",
    "said": "Asha: Covered by the team",
    "comment": "Is the handover planned?",
    "outcome": "Approved",
    "due": "Mon 6 Oct 2025, 17:00 (Asia/Kolkata)",
    "why": "No manager: fell back to the department's head.",
    "role": "stakeholder",
    "change": "update",
    "count": "37",
    "list": "To decide: Leave Application #1042, HR review",
    "days": "30",
    "absent": "Ravi",
    "substitute": "Farid",
    "since": "Wed 1 Oct 2025",
    "until": "Sun 5 Oct 2025",
    "work": "Leave Application, Approvals of data flows",
}


@dataclass(frozen=True, slots=True)
class Preview:
    """How a notice with sample data reads."""

    subject: str
    body: str


def check_template(*, kind: str, channel: str, subject: str, body: str) -> None:
    """Raises Invalid naming what cannot be used: names that this notice never has, line breaks in the subject, an unknown
    notice."""
    found: dict[str, list[str]] = {}
    names = names_of(kind) if kind in WORDINGS else NAMES
    if kind not in WORDINGS:
        found["kind"] = ["There is no such notice."]
    if channel not in Template.Channel.values:
        found["channel"] = ["There is no such channel."]
    if wrong := problems(subject, names, one_line=True):
        found["subject"] = wrong
    if not subject.strip():
        found["subject"] = ["A notice needs a subject."]
    if wrong := problems(body, names):
        found["body"] = wrong
    if found:
        raise Invalid(found)


def preview(*, kind: str, subject: str, body: str) -> Preview:
    """The texts filled with sample data, exactly as notices of this kind are."""
    values = {name: SAMPLE[name] for name in names_of(kind)}
    return Preview(render_line(subject, values), render(body, values))


@transaction.atomic
def template_save(
    *, kind: str, channel: str, subject: str, body: str, is_active: bool = True, actor: Membership
) -> Template:
    """Use this wording from now on; notices planned before keep theirs. Raises Invalid and Denied."""
    policies.templates.require(actor, "edit")
    check_template(kind=kind, channel=channel, subject=subject, body=body)
    texts = {"subject": subject, "body": body, "is_active": is_active}
    row: Template
    row, is_new = Template.objects.select_for_update().get_or_create(
        organisation_id=actor.organisation_id,
        kind=kind,
        channel=channel,
        defaults={"id": new_id(), "created_by_id": actor.id, "modified_by_id": actor.id, **texts},
    )
    if is_new:
        _record(row, actor)
        return row
    return _changed(row, texts, actor)


@transaction.atomic
def template_change(*, template_id: UUID, values: Mapping[str, Any], actor: Membership) -> Template:
    """Change these of subject, body and is_active, the others stay as they are by now. Raises NotFound, Invalid and Denied."""
    policies.templates.require(actor, "edit")
    row: Template | None = (
        Template.objects.select_for_update().filter(organisation_id=actor.organisation_id, id=template_id).first()
    )
    if row is None:
        raise NotFound
    given = {"subject": row.subject, "body": row.body, "is_active": row.is_active, **values}
    check_template(kind=row.kind, channel=row.channel, subject=given["subject"], body=given["body"])
    return _changed(row, given, actor)


def _changed(row: Template, texts: Mapping[str, Any], actor: Membership) -> Template:
    """What changes nothing leaves no trace."""
    new = {name: value for name, value in texts.items() if getattr(row, name) != value}
    for name, value in new.items():
        setattr(row, name, value)
    if new:
        row.save(update_fields=[*new, *row.touch(actor.id)])
        _record(row, actor)
    return row


def _record(row: Template, actor: Membership) -> None:
    fact = TemplateSaved(
        subject_id=row.id,
        notice=row.kind,
        channel=row.channel,
        subject=row.subject,
        body=row.body,
        is_active=row.is_active,
    )
    record(fact, actor=actor, organisation_id=actor.organisation_id)


@transaction.atomic
def template_remove(*, template_id: UUID, actor: Membership) -> None:
    """Go back to the product's own wording. Raises NotFound and Denied."""
    policies.templates.require(actor, "edit")
    row = Template.objects.filter(organisation_id=actor.organisation_id, id=template_id).first()
    if row is None:
        raise NotFound
    fact = TemplateRemoved(subject_id=row.id, notice=row.kind, channel=row.channel)
    row.delete()
    record(fact, actor=actor, organisation_id=actor.organisation_id)
