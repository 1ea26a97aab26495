"""What a text of a notice may speak of, by name, and which names a fact has a value for. No value of a form is among them."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from accounts.audit.events import Event
from notifications import absences, proposals
from notifications.recipients import left, on_behalf, returned
from workflows import events, link_events

NAMES: Mapping[str, str] = {
    "number": "the request's number",
    "title": "the request's title",
    "workflow": "the workflow's name",
    "requester": "who asked",
    "recipient": "who reads this",
    "organisation": "the organisation's name",
    "person": "who did it",
    "step": "the step concerned",
    "next_step": "the step that follows",
    "assignee": "who must decide now",
    "previous": "who had to decide before",
    "reason": "the reason given",
    "said": "who gave a reason, and the reason",
    "comment": "the comment's text",
    "outcome": "how the request ended",
    "due": "by when, in the organisation's time zone",
    "why": "why it came to this",
    "role": "as what somebody follows the request",
    "change": "what a proposal does to a data flow: create, update or remove",
    "absent": "who is out of office",
    "substitute": "who stands in for them",
    "since": "the first day of an absence",
    "until": "the last day of an absence",
    "work": "for which work somebody is asked to stand in",
    "count": "how many requests it is about",
    "list": "those requests, a line each",
    "message": "the subject that a workflow's own notice has",
    "words": "what a step says to people without an account",
    "days": "after how many days a proposal timed out",
}

_SAME_NAME = ("reason", "outcome", "why", "role", "days", "work")
_OTHER_NAME = {
    "title": "run_title",
    "workflow": "definition_name",
    "requester": "requester_name",
    "step": "step_name",
    "next_step": "to_step_name",
    "assignee": "assignee_name",
    "previous": "previous_assignee_name",
    "comment": "text",
    "message": "subject",
    "count": "asked",
}


_FROM: Mapping[str, frozenset[str]] = {
    "number": frozenset({"run_number", "number"}),
    "due": frozenset({"due_at", "expires_at"}),
    "why": frozenset({"fallback", "hold_reason", "failure", "problems"}),
    "said": frozenset({"reason"}),
}
_EVERYWHERE = frozenset({"recipient", "organisation", "person"})
_ADDED: Mapping[str, tuple[str, ...]] = {
    link_events.LinkSent.kind: ("message", "words"),
    link_events.LinkCodeAsked.kind: ("message", "words"),
    events.BulkDone.kind: ("list",),
}
"""What whoever plans the notice adds to the values of its event."""


@cache
def names_of(notice: str) -> frozenset[str]:
    """The names that can have a value in the notice: those of its event, in all of its wordings."""
    kind = notice.removesuffix(left("")).removesuffix(on_behalf("")).removesuffix(returned(""))
    event = Event.kinds()[kind]
    has = event.model_fields.keys()
    named = {name: name for name in _SAME_NAME} | _OTHER_NAME
    found = {name for name, attribute in named.items() if attribute in has} | {*_EVERYWHERE, *_ADDED.get(kind, ())}
    for name, sources in _FROM.items():
        if has & sources:
            found.add(name)
    if event.subject_kind == proposals.SUBJECT:
        found |= {"title", "requester", "change", "step"}
    if event.subject_kind == absences.SUBJECT:
        found |= set(absences.NAMES)
    if notice != kind and notice.endswith(on_behalf("")):
        found.add("assignee")
    return frozenset(found)


def values_of(event: Event, *, person: str, organisation: str, zone: str) -> dict[str, str]:
    """The texts that a template of this event may use, all but the recipient's name."""
    found: dict[str, Any] = {name: getattr(event, name, "") for name in _SAME_NAME}
    found |= {name: getattr(event, attribute, "") for name, attribute in _OTHER_NAME.items()}
    behalf = getattr(event, "on_behalf_of_name", "")
    number, due = (
        getattr(event, "run_number", None),
        getattr(event, "due_at", None) or getattr(event, "expires_at", None),
    )
    found["why"] = found["why"] or getattr(event, "fallback", "") or getattr(event, "hold_reason", "")
    if event.subject_kind == proposals.SUBJECT:
        found |= _of_proposal(event)
        number = getattr(event, "number", None)
    if event.subject_kind == absences.SUBJECT:
        found |= absences.values_of(event)
    who = f"{person} on behalf of {behalf}" if behalf else person
    return {
        **dict.fromkeys(absences.NAMES, ""),
        **{name: str(value or "") for name, value in found.items()},
        "number": "" if number is None else str(number),
        "due": local_time(due, zone) if isinstance(due, datetime) else "",
        "person": who,
        "said": f"{who}: {found['reason']}" if found["reason"] else "",
        "organisation": organisation,
    }


def _of_proposal(event: Any) -> dict[str, Any]:
    """A proposal is called by the ends of its flow, and its maker is who asked."""
    return {
        "title": f"{event.source_name} → {event.target_name}",
        "requester": event.maker_name,
        "change": event.proposal_type.lower(),
        "step": getattr(event, "side_name", "") or ", ".join(getattr(event, "side_names", ())),
        "why": getattr(event, "failure", "") or " ".join(getattr(event, "problems", ())),
    }


def local_time(moment: datetime, zone: str) -> str:
    """Such as ``Mon 6 Oct 2025, 17:00 (Asia/Kolkata)``."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} ({zone})"
