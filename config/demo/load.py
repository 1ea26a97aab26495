"""Loads the demo: what is there already stays as it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation
from accounts.tenancy.scope import organisation_scope
from config.demo import expenses, leaves
from config.demo.cast import COMPANIES, Company
from config.demo.notices import settle_history
from config.demo.organisations import found, install_workflows, people_of, set_passwords
from config.demo.play import days_of, play
from config.demo.story import Story
from workflows.models import WorkflowRun

STORIES: Final[dict[str, tuple[Story, ...]]] = {
    "acme": (*leaves.ACME, *expenses.ACME),
    "globex": (*leaves.GLOBEX, *expenses.GLOBEX),
}


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one organisation has, and whether anything was added to it now."""

    slug: str
    people: int
    requests: int
    is_new: bool


def is_loaded() -> bool:
    """Whether both organisations are there. Each is made in one transaction, so they are whole."""
    slugs = [company.slug for company in COMPANIES]
    return Organisation.objects.filter(slug__in=slugs).count() == len(slugs)


def load(now: datetime | None = None) -> list[Loaded]:
    """Make what is missing: organisations, shipped workflows, requests, and the demo's password for its people."""
    moment = now or timezone.now()
    done = [_load(company, moment) for company in COMPANIES]
    set_passwords(None, settings.DEMO_PASSWORD)
    return done


@transaction.atomic
def renew_passwords() -> bool:
    """Give everybody the configured password if it is another one than at the last load; the platform admin's tells."""
    if not set_passwords(None, settings.DEMO_PASSWORD):
        return False
    for organisation in Organisation.objects.filter(slug__in=[company.slug for company in COMPANIES]):
        with organisation_scope(organisation.id):
            set_passwords(organisation, settings.DEMO_PASSWORD)
    return True


@transaction.atomic
def _load(company: Company, now: datetime) -> Loaded:
    organisation = Organisation.objects.filter(slug=company.slug).first()
    is_new = organisation is None
    organisation = organisation or found(company)
    with organisation_scope(organisation.id):
        people = people_of(organisation)
        install_workflows(company, people)
        runs = WorkflowRun.objects.filter(organisation_id=organisation.id)
        if not runs.exists():
            days = days_of(organisation, now)
            play(organisation, people, STORIES[company.slug], days, now)
            settle_history(organisation, before=days.at(0, "00:00"))
            is_new = True
        set_passwords(organisation, settings.DEMO_PASSWORD)
        return Loaded(company.slug, len(people), runs.count(), is_new)
