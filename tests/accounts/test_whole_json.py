"""JSON that is kept as it was written: what comes back, and what can be looked up."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from accounts.audit.models import AuditEntry
from tests.cast import Acme

pytestmark = pytest.mark.django_db
PAYLOAD: dict[str, Any] = {"zebra": 1.50, "a": {"b": [True, None, "ü"]}, "left": "no"}


@pytest.fixture
def entry(acme: Acme) -> Iterator[AuditEntry]:
    about = {"subject_kind": "cup", "subject_id": acme.asha.id, "actor_kind": "person", "actor_label": "Asha"}
    with acme.scope():
        yield AuditEntry.objects.create(organisation=acme.organisation, kind="cup.filled", payload=PAYLOAD, **about)


def test_it_comes_back_in_its_order(entry: AuditEntry) -> None:
    entry.refresh_from_db()
    assert (entry.payload, list(entry.payload)) == (PAYLOAD, list(PAYLOAD))
    assert AuditEntry.objects.values_list("payload__a", flat=True).get(id=entry.id) == PAYLOAD["a"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload, pg_typeof(payload)::text FROM accounts_auditentry WHERE id = %s", [entry.id])
        assert cursor.fetchone() == (PAYLOAD, "json")


@pytest.mark.parametrize(
    ("wanted", "is_found"),
    [
        ({"payload__left": "no"}, True),
        ({"payload__left": "yes"}, False),
        ({"payload__zebra": 1.5}, True),
        ({"payload__zebra__gt": 2}, False),
        ({"payload__a__b": [True, None, "ü"]}, True),
        ({"payload__a__b__2": "ü"}, True),
        ({"payload__left__icontains": "N"}, True),
        ({"payload__left__in": ["no", "yes"]}, True),
        ({"payload__nothing__isnull": True}, True),
        ({"payload__a__c__isnull": False}, False),
    ],
)
def test_it_is_found_by_its_keys(entry: AuditEntry, wanted: dict[str, Any], is_found: bool) -> None:
    assert AuditEntry.objects.filter(id=entry.id, **wanted).exists() is is_found
