"""Rights of one person on one row, asked both ways."""

import pytest
from django.contrib.auth.models import Permission
from guardian.shortcuts import get_users_with_perms

from accounts.audit.models import AuditEntry
from accounts.models import Membership, ObjectGrant
from accounts.policies import granted, granted_rows
from accounts.selectors.grants import grantable_permissions
from accounts.services.grants import grant_give, grant_take
from accounts.tenancy.errors import Denied, Invalid, NotFound
from tests.cast import Acme, Globex

CODENAME = "view_department"


@pytest.fixture
def permission(monkeypatch: pytest.MonkeyPatch, db: None) -> Permission:
    """A permission to grant, whatever the apps declare: Django's own one on departments."""
    monkeypatch.setattr("accounts.selectors.grants.DEFAULTS", ())
    return Permission.objects.select_related("content_type").get(codename=CODENAME, content_type__app_label="accounts")


def test_a_grant_works_in_both_directions(acme: Acme, permission: Permission) -> None:
    hr = acme.departments["HR"]
    with acme.scope():
        assert not Membership.objects.filter(granted(CODENAME, hr)).exists()
        grant = grant_give(actor=acme.tess, member=acme.asha, permission=permission, object_id=str(hr.id))
        assert list(Membership.objects.filter(granted(CODENAME, hr))) == [acme.asha]
        departments = type(hr).objects.filter(organisation_id=acme.organisation.id)
        assert list(granted_rows(acme.asha, CODENAME, departments)) == [hr]
        assert not granted_rows(acme.ravi, CODENAME, departments).exists()
        assert list(get_users_with_perms(hr, with_group_users=False)) == [acme.asha.user]
        grant_take(actor=acme.tess, grant_id=grant.id)
        assert not Membership.objects.filter(granted(CODENAME, hr)).exists()
        kinds = AuditEntry.objects.filter(subject_id=acme.asha.id).order_by("id").values_list("kind", flat=True)
        assert list(kinds) == ["grant.given", "grant.taken"]


def test_grants_are_given_once_and_by_tenant_admins(acme: Acme, permission: Permission) -> None:
    hr = str(acme.departments["HR"].id)
    with acme.scope():
        for _ in range(2):
            grant_give(actor=acme.tess, member=acme.asha, permission=permission, object_id=hr)
        assert ObjectGrant.objects.count() == 1
        with pytest.raises(Denied):
            grant_give(actor=acme.asha, member=acme.asha, permission=permission, object_id=hr)


def test_grants_stay_inside_the_organisation(acme: Acme, globex: Globex, permission: Permission) -> None:
    with globex.scope():
        foreign_row = str(globex.gita.department_id)
        theirs = grant_give(actor=globex.gus, member=globex.gita, permission=permission, object_id=foreign_row)
    with acme.scope():
        for object_id in (foreign_row, "x"):
            with pytest.raises(Invalid):
                grant_give(actor=acme.tess, member=acme.asha, permission=permission, object_id=object_id)
        with pytest.raises(Invalid):
            grant_give(
                actor=acme.tess, member=globex.gita, permission=permission, object_id=str(acme.departments["HR"].id)
            )
        with pytest.raises(NotFound):
            grant_take(actor=acme.tess, grant_id=theirs.id)
        assert not ObjectGrant.objects.exists()


@pytest.mark.django_db
def test_only_permissions_that_a_model_declares_can_be_granted() -> None:
    assert not grantable_permissions().filter(codename__startswith="change_").exists()
    foreign = {p.content_type.app_label for p in grantable_permissions()}
    assert foreign <= {"accounts", "forms_builder", "workflows", "notifications"}
