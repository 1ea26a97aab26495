"""Mails to people without an account: what a decision link says, and its one-time code."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from accounts.audit.events import Event
from accounts.models import Organisation
from notifications.values import values_of
from workflows import link_events
from workflows.selectors.links import letters_of

Letter = link_events.LinkSent | link_events.LinkCodeAsked


def letter_of(event: Event) -> Letter | None:
    """The event, if it goes to the mailbox of a link itself."""
    return event if isinstance(event, link_events.LinkSent | link_events.LinkCodeAsked) else None


def values_for(organisation: Organisation, events: Mapping[UUID, Letter]) -> Iterator[tuple[UUID, dict[str, str]]]:
    """The names that the texts of each may use. One query, if there are any."""
    links = letters_of(organisation.id, [event.link_id for event in events.values()]) if events else {}
    for entry_id, event in events.items():
        link = links.get(event.link_id)
        if link is None:
            continue
        values = values_of(event, person="", organisation=organisation.name, zone=organisation.time_zone)
        message = link.subject or f"{organisation.name} asks you to decide"
        yield entry_id, {**values, "recipient": "", "message": message, "words": link.text}
