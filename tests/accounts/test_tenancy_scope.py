"""The scope and the wall behind it."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from accounts.models import Department, Membership
from accounts.tenancy.models import new_id
from accounts.tenancy.scope import MissingScope, ScopeSwitch, organisation_scope
from tests.cast import Acme, Globex


def test_outside_of_a_scope_the_manager_refuses(acme: Acme) -> None:
    with pytest.raises(MissingScope):
        Membership.objects.count()


def test_a_scope_shows_its_own_organisation_only(acme: Acme, globex: Globex) -> None:
    with acme.scope():
        assert {m.organisation_id for m in Membership.objects.all()} == {acme.organisation.id}
        assert Membership.objects.count() == 10
    with globex.scope():
        assert not Membership.objects.filter(id=acme.asha.id).exists()


def test_without_a_scope_row_level_security_shows_nothing(acme: Acme) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_membership")
        assert cursor.fetchone() == (0,)


def test_a_scope_cannot_be_switched_inside_another(acme: Acme, globex: Globex) -> None:
    with acme.scope(), pytest.raises(ScopeSwitch), globex.scope():
        pass
    with acme.scope(), acme.scope():
        assert Department.objects.count() == 4


def test_rows_cannot_be_written_for_another_organisation(acme: Acme, globex: Globex) -> None:
    with acme.scope(), pytest.raises(ProgrammingError), transaction.atomic():
        Department.objects.create(organisation=globex.organisation, code="X", name="X")


def test_a_row_cannot_point_into_another_organisation(acme: Acme, globex: Globex) -> None:
    def point() -> None:
        with acme.scope():
            Membership.objects.filter(id=acme.meera.id).update(manager_id=globex.gus.id)
            connection.check_constraints()

    with pytest.raises(IntegrityError):
        point()


def test_a_commit_hook_has_no_scope(committed_db: None) -> None:
    seen: list[type[Exception]] = []

    def hook() -> None:
        try:
            Membership.objects.count()
        except MissingScope as error:
            seen.append(type(error))

    with organisation_scope(new_id()):
        transaction.on_commit(hook)
    assert seen == [MissingScope]
