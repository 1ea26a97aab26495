"""Which organisations there are, and which ones a login belongs to."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from accounts.models import Organisation


@dataclass(frozen=True, slots=True)
class Home:
    """An organisation that a login may enter."""

    organisation_id: UUID
    membership_id: UUID
    slug: str
    name: str


def organisation_ids() -> list[UUID]:
    """All tenants, closed ones too, for jobs that keep what each of them has."""
    return list(Organisation.objects.order_by("id").values_list("id", flat=True))


def active_organisation_ids() -> list[UUID]:
    """The open tenants, for jobs that serve each of them in its own scope."""
    return list(Organisation.objects.filter(is_active=True).order_by("id").values_list("id", flat=True))


def organisation_by_slug(slug: str) -> Organisation | None:
    """The active organisation, or None."""
    return Organisation.objects.filter(slug=slug, is_active=True).first()


def homes_of(user_id: UUID) -> list[Home]:
    """The organisations where the login is an active member, by name.

    Row-level security shows one organisation at a time; a ``SECURITY DEFINER`` function answers this one question
    across all of them, and only about the login that is asked for.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT organisation_id, membership_id FROM accounts_memberships_of(%s)", [user_id])
        memberships = dict(cursor.fetchall())
    organisations = Organisation.objects.filter(id__in=memberships, is_active=True).order_by("name")
    return [Home(each.id, memberships[each.id], each.slug, each.name) for each in organisations]
