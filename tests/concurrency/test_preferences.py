"""Somebody changes a workflow while somebody else changes the person or the department that it is given to: both are done."""

from collections.abc import Callable
from threading import Event
from typing import Any

import pytest

from accounts.models import Department, Membership
from tests.cast import Acme, make_acme
from tests.concurrency.racing import at_once, somebody_waits
from tests.factories.workflows import install
from workflows.models import WorkflowDefinition
from workflows.services.preferences import StartRule, Wish, definition_change

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("committed_db")]
PATIENCE = 30.0


WISHES: dict[type, Callable[[Any], Wish]] = {
    Membership: lambda hema: Wish(owner=hema.id),
    Department: lambda hr: Wish(name="Leave of HR", visibility=[StartRule(department=hr.id)]),
}


@pytest.mark.parametrize("edited", WISHES, ids=lambda kind: kind.__name__)
def test_neither_is_in_the_way_of_the_other(edited: type) -> None:
    acme: Acme = make_acme()
    with acme.scope():
        leave = install("leave_application", acme.omar)
        row = acme.hema if edited is Membership else Department.objects.get(code="HR")
    rows: Any = edited._default_manager  # type: ignore[attr-defined]  # of a model
    is_held = Event()

    def edit() -> None:
        rows.select_for_update(of=("self",)).get(id=row.id)
        is_held.set()
        somebody_waits()
        rows.filter(id=row.id).update(name="Renamed")

    def change() -> None:
        assert is_held.wait(PATIENCE)
        definition_change(definition_id=leave.id, actor=acme.omar, wish=WISHES[edited](row))

    at_once(acme, edit, change)
    with acme.scope():
        assert rows.get(id=row.id).name == "Renamed"
        now = WorkflowDefinition.objects.get(id=leave.id)
        assert (now.owner_id == row.id) if edited is Membership else (now.name == "Leave of HR")
