"""Audit entries that a search means, and whom they name."""

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from django.db.models import F, Q, QuerySet, TextField
from django.db.models.functions import Cast, Concat

from accounts.audit.models import AuditEntry
from accounts.audit.subjects import ids_in, subjects_of
from accounts.models import Membership

NEWEST: Final = 20_000
"""So many entries are looked through for words, which no index holds."""
MOST_DIGITS: Final = 18
MOST_WORDS: Final = 8
_TEXT: Final = ("kind", "actor_label", "actor_id", "request_id", "payload")


def matching(entries: QuerySet[AuditEntry], organisation_id: UUID, text: str) -> QuerySet[AuditEntry]:
    """Those about what has this number or id, however old; else the newest ones with all the words. ``entries`` are the
    organisation's."""
    number = text.strip().removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS:
        return entries.filter(subject_id__in=subjects_of(organisation_id, int(number)))
    words = Q()
    for word in text.split()[:MOST_WORDS]:
        words &= Q(text__icontains=word)
    # The time of the last one bounds an index range, which a slice could not be filtered by.
    [*oldest] = entries.order_by("-at").values_list("at", flat=True)[NEWEST - 1 : NEWEST]
    found = words & Q(at__gte=oldest[0]) if oldest else words
    subject = _uuid(number)
    if subject is not None:
        found |= Q(subject_id=subject)
    return entries.alias(text=Concat(*(Cast(F(name), TextField()) for name in _TEXT))).filter(found)


def names_in(organisation_id: UUID, entries: Iterable[AuditEntry]) -> Mapping[str, str]:
    """The names of the people whom the entries are about or speak of, by id as text. One query."""
    ids = {found for entry in entries for found in (entry.subject_id, *ids_in(entry.payload))}
    people = Membership.objects.filter(organisation_id=organisation_id, id__in=ids)
    return {str(member): name for member, name in people.values_list("id", "name")}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
