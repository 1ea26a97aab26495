"""Loads the demo: what is there already stays as it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.audit.seal import seal
from accounts.models import Organisation
from accounts.tenancy.scope import organisation_scope
from config.demo import expenses, leaves
from config.demo.cast import COMPANIES, Company
from config.demo.flows import finish_flows, has_flows, load_flows
from config.demo.notices import settle_history
from config.demo.organisations import found, install_workflows, people_of, set_passwords
from config.demo.play import days_of, play
from config.demo.story import Story
from workflows.models import WorkflowRun

STORIES: Final[dict[str, tuple[Story, ...]]] = {
    "acme": (*leaves.ACME, *expenses.ACME),
    "globex": (*leaves.GLOBEX, *expenses.GLOBEX),
}

MOST_DAYS: Final = 400
"""No story is older."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one organisation has, and whether anything was added to it now."""

    slug: str
    people: int
    requests: int
    is_new: bool


def is_loaded() -> bool:
    """Whether both organisations are there, with the catalogue of flows, which older demos did not have."""
    slugs = [company.slug for company in COMPANIES]
    there = list(Organisation.objects.filter(slug__in=slugs))
    return len(there) == len(slugs) and all(_has_flows(organisation) for organisation in there)


def _has_flows(organisation: Organisation) -> bool:
    with organisation_scope(organisation.id):
        return has_flows(organisation)


def load(now: datetime | None = None) -> list[Loaded]:
    """Make what is missing: organisations, shipped workflows, requests, and the demo's password for its people."""
    moment = now or timezone.now()
    done = [_load(company, moment) for company in COMPANIES]
    for one in done:
        if one.is_new:
            _finish(one.slug, moment)
            _seal(one.slug)
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
        days = days_of(organisation, now)
        made = load_flows(organisation, people, days, now)
        if not runs.exists():
            play(organisation, people, STORIES[company.slug], days, now)
            made = True
        if made:
            settle_history(organisation, before=days.at(0, "00:00"))
            is_new = True
        set_passwords(organisation, settings.DEMO_PASSWORD)
        return Loaded(company.slug, len(people), runs.count(), is_new)


def _finish(slug: str, now: datetime) -> None:
    organisation = Organisation.objects.get(slug=slug)
    with organisation_scope(organisation.id):
        days = days_of(organisation, now)
        finish_flows(organisation, people_of(organisation), days)
        settle_history(organisation, before=days.at(0, "00:00"))


def _seal(slug: str) -> None:
    """The entries tell of weeks ago, where the sealer does not look."""
    organisation = Organisation.objects.get(slug=slug)
    with organisation_scope(organisation.id):
        seal(organisation.id, limit=100_000, late=timedelta(days=MOST_DAYS))
