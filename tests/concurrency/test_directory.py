"""Somebody changes a person while somebody else changes what the person points to: both are done."""

from collections.abc import Callable, Iterable
from threading import Event
from typing import Any, NamedTuple

import pytest

from accounts.models import Membership
from accounts.services import directory, people
from accounts.services.directory import entry_save
from accounts.services.people import member_update
from accounts.tenancy.models import OrganisationOwned
from tests.cast import Acme, make_acme
from tests.concurrency.racing import at_once, somebody_waits

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("committed_db")]
PATIENCE = 30.0


class Case(NamedTuple):
    """What Asha's row comes to point to; who changes her is pointed to by every change."""

    target: Callable[[Acme], OrganisationOwned]
    change: Callable[[Acme], dict[str, Any]]


CASES = {
    "manager": Case(lambda acme: acme.meera, lambda acme: {"manager": acme.meera}),
    "department": Case(lambda acme: acme.departments["OPS"], lambda acme: {"department": acme.departments["OPS"]}),
    "who changes": Case(lambda acme: acme.tess, lambda _: {"name": "Asha S"}),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_neither_is_in_the_way_of_the_other(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = make_acme()
    target = case.target(acme)
    is_held, is_done, check = Event(), Event(), directory.check

    def slowly(row: OrganisationOwned, names: Iterable[str]) -> None:
        """Between locking the target and saving it, the other one comes."""
        if row.pk == target.pk:
            is_held.set()
            somebody_waits(is_done.is_set)
        check(row, names)

    for module in (directory, people):
        monkeypatch.setattr(module, "check", slowly)

    def rename() -> None:
        if isinstance(target, Membership):
            member_update(actor=acme.tess, member_id=target.id, values={"name": "Renamed"})
        else:
            entry_save(actor=acme.tess, row=target, values={"name": "Renamed"})

    def change() -> None:
        assert is_held.wait(PATIENCE)
        member_update(actor=acme.tess, member_id=acme.asha.id, values=case.change(acme))
        is_done.set()

    at_once(acme, rename, change)
    with acme.scope():
        target.refresh_from_db()
        asha = Membership.objects.get(id=acme.asha.id)
        assert str(target).startswith("Renamed")
        assert all(getattr(asha, name) == value for name, value in case.change(acme).items())
