"""Each right is asked both ways, may this person and which people may, and has one answer, whichever way it is worked out."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from accounts.models import Membership
from accounts.policies import Policy, policy_for
from tests.cast import Acme
from tests.factories.accounts import give_role
from tests.factories.workflows import install
from tests.flows.proposals.world import make_world
from tests.scenarios.rest import Rest

ASKED = {"from": "2025-10-06", "to": "2025-10-08", "reason": "Family"}


def policies() -> Iterator[tuple[type[models.Model], Policy[Any]]]:
    for model in apps.get_models():
        try:
            yield model, policy_for(model)
        except KeyError:
            continue


@pytest.fixture
def people(acme: Acme) -> list[Membership]:
    """The cast, among whom every code is carried by somebody who is no tenant admin, with rows of many kinds."""
    codes = sorted({code for _, policy in policies() for code in policy.codes})
    with acme.scope():
        install("leave_application", acme.omar)
        make_world(acme).propose()
        give_role(acme.fiona, "Everything", *codes)
    Rest(acme.asha).start("Leave Application", ASKED)
    with acme.scope():
        return list(Membership.objects.select_related("user", "organisation", "department").order_by("name"))


def test_both_directions_agree(acme: Acme, people: list[Membership]) -> None:
    different, asked, held = [], 0, 0
    with acme.scope():
        for model, policy in policies():
            rows = [None, *model._default_manager.order_by("pk")[:2]]
            for row, action in ((row, action) for row in rows for action in policy.actions):
                holders = set(
                    policy.who_may(action, row, organisation_id=acme.organisation.id).values_list("id", flat=True)
                )
                for person in people:
                    asked, held = asked + 1, held + (person.id in holders)
                    if policy.may(person, action, row) is not (person.id in holders):
                        different.append(f"{policy.noun}.{action} {row}: {person.name}")
    assert different == []
    assert 0 < held < asked
