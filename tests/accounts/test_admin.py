"""What tenant admins do in the administration."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils.formats import date_format

from accounts.admin_base import OrganisationModelAdmin
from accounts.audit.models import AuditEntry
from accounts.models import (
    Department,
    Holiday,
    Membership,
    MembershipRole,
    ObjectGrant,
    Role,
    User,
    WorkingCalendar,
)
from accounts.selectors.grants import grant_choices
from accounts.services.directory import StillUsed
from accounts.services.grants import grant_give_choice
from accounts.services.people import member_add, member_set_roles, member_update, role_remove
from tests.accounts.clients import browser, fields_on, signed_in
from tests.cast import Acme, Globex
from tests.factories.accounts import give_role
from tests.factories.workflows import install

BASE = "/admin/accounts/"


@pytest.fixture
def tess(acme: Acme) -> Client:
    return signed_in(acme.tess)


def save(client: Client, path: str, **data: Any) -> None:
    answer = client.post(f"{BASE}{path}", data)
    assert answer.status_code == 302, errors_of(answer)


def errors_of(answer: Any) -> Any:
    return answer.context["errors"] if answer.context and "errors" in answer.context else answer.content[:2000]


def test_the_pages_carry_the_organisations_rows_only(acme: Acme, globex: Globex, tess: Client) -> None:
    page = tess.get(f"{BASE}membership/").content.decode()
    assert "Asha" in page
    assert "Gita" not in page
    assert signed_in(acme.asha).get("/admin/").status_code == 403
    assert browser("acme").get("/admin/").headers["Location"].startswith("/admin/login/")
    assert browser("acme").get("/admin/login/").headers["Location"] == "/login/?next=/admin/"


def test_times_are_written_as_on_every_other_page() -> None:
    assert date_format(datetime(2025, 10, 6, 14, 5, tzinfo=UTC), "DATETIME_FORMAT") == "6 Oct 2025, 14:05"
    assert date_format(date(2025, 10, 6)) == "6 Oct 2025"


def test_people_come_first(tess: Client) -> None:
    apps = [app["app_label"] for app in tess.get("/admin/").context["app_list"]]
    assert apps == ["accounts", "workflows", "forms_builder", "notifications", "flows"]


def test_a_department_is_added_changed_and_removed_by_services(acme: Acme, tess: Client) -> None:
    save(tess, "department/add/", name="Legal", code="LEG")
    with acme.scope():
        legal = Department.objects.get(code="LEG")
        assert (legal.organisation_id, legal.created_by_id) == (acme.organisation.id, acme.tess.id)
    save(tess, f"department/{legal.id}/change/", name="Law", code="LEG", head=str(acme.hema.id))
    history = tess.get(f"{BASE}department/{legal.id}/history/").content.decode()
    assert "directory.changed" in history
    save(tess, f"department/{legal.id}/delete/", post="yes")
    with acme.scope():
        kinds = AuditEntry.objects.filter(subject_id=legal.id).order_by("id").values_list("kind", flat=True)
        assert list(kinds) == ["directory.added", "directory.changed", "directory.removed"]
    assert not LogEntry.objects.exists()


def test_choices_and_uniqueness_keep_to_the_organisation(acme: Acme, globex: Globex, tess: Client) -> None:
    foreign = tess.post(f"{BASE}department/add/", {"name": "X", "code": "X", "head": str(globex.gus.id)})
    assert foreign.status_code == 200
    assert "valid choice" in str(errors_of(foreign))
    again = tess.post(f"{BASE}department/add/", {"name": "X", "code": "HR"})
    assert "already exists" in str(errors_of(again))
    found = tess.get("/admin/autocomplete/?app_label=accounts&model_name=department&field_name=head&term=g").json()
    assert found["results"] == []


def test_what_is_used_stays_and_the_page_says_why(acme: Acme, tess: Client) -> None:
    path = f"{BASE}department/{acme.departments['HR'].id}/delete/"
    for page in (tess.get(path), tess.post(path, {"post": "yes"}, follow=True)):
        assert "Cannot delete department" in page.content.decode()
        assert "would require deleting the following protected related objects" in page.content.decode()
        assert "permission" not in page.content.decode()
    with acme.scope():
        assert Department.objects.filter(code="HR").exists()


def test_a_person_is_added_with_roles_and_changed(acme: Acme, tess: Client) -> None:
    save(tess, "role/add/", name="Buyer", permissions=["people.manage"])
    with acme.scope():
        role = Role.objects.get(name="Buyer")
    save(tess, "membership/add/", name="Nina", email="nina@acme.example", attributes="{}", roles=[str(role.id)])
    with acme.scope():
        nina = Membership.objects.get(name="Nina")
        assert nina.role_links.get().role_id == role.id
    save(tess, f"membership/{nina.id}/change/", name="Nina N", email="nina@acme.example", attributes="{}")
    with acme.scope():
        assert not nina.role_links.exists()
        changed = AuditEntry.objects.get(kind="people.changed")
        assert changed.payload["changes"] == {"name": ["Nina", "Nina N"]}


def test_a_page_that_nobody_touched_changes_nothing(acme: Acme, tess: Client) -> None:
    save(tess, "designation/add/", name="Clerk", level="2")
    save(tess, "place/add/", city="Pune", state="Maharashtra", country="IN")
    save(
        tess,
        f"membership/{acme.asha.id}/change/",
        name="Asha",
        email=acme.asha.email,
        attributes='{"grade": "7", "level": 2}',
    )
    pages = [made for made in admin.site._registry.values() if isinstance(made, OrganisationModelAdmin)]
    with acme.scope():
        install("leave_application", acme.omar)
        rows = [made.model.objects.filter(organisation_id=acme.organisation.id).first() for made in pages]
        entries = AuditEntry.objects.count()
    told = [row for row in rows if row is not None]
    assert len(told) > 7
    for row in told:
        path = f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"
        answer = tess.post(path, fields_on(tess.get(path).content.decode()))
        assert answer.status_code == 302, errors_of(answer)
        with acme.scope():
            assert AuditEntry.objects.count() == entries, row


def test_an_old_page_puts_nothing_back(acme: Acme, tess: Client) -> None:
    with acme.scope():
        old, kept, given, asked = (
            Role.objects.create(organisation_id=acme.organisation.id, name=name)
            for name in ("Old", "Kept", "Given", "Asked")
        )
        member_set_roles(actor=acme.tess, member_id=acme.asha.id, roles=[old, kept])
    path = f"membership/{acme.asha.id}/change/"
    shown = fields_on(tess.get(f"{BASE}{path}").content.decode())
    with acme.scope():
        member_update(actor=acme.tess, member_id=acme.asha.id, values={"manager": acme.hema, "is_tenant_admin": True})
        member_set_roles(actor=acme.tess, member_id=acme.asha.id, roles=[kept, given])
    save(tess, path, **shown | {"name": ["Asha V"], "roles": [str(role.id) for role in (old, kept, asked)]})
    with acme.scope():
        asha = Membership.objects.get(id=acme.asha.id)
        assert (asha.name, asha.manager_id, asha.is_tenant_admin) == ("Asha V", acme.hema.id, True)
        assert set(asha.role_links.values_list("role_id", flat=True)) == {kept.id, given.id, asked.id}
        changed = AuditEntry.objects.filter(kind="people.changed", subject_id=asha.id).latest("at", "id")
        assert changed.payload["changes"] == {"name": ["Asha", "Asha V"]}


def test_a_circle_of_managers_is_refused_in_words(acme: Acme, tess: Client) -> None:
    path = f"{BASE}membership/{acme.meera.id}/change/"
    data = {"name": "Meera", "email": acme.meera.email, "attributes": "{}", "manager": str(acme.asha.id)}
    page = tess.post(path, data, follow=True).content.decode()
    assert "This person reports" in page
    with acme.scope():
        assert Membership.objects.get(id=acme.meera.id).manager_id is None


def test_people_are_deactivated_by_an_action_but_not_the_last_admin(acme: Acme, tess: Client) -> None:
    def act(member: Membership) -> str:
        data = {"action": "deactivate", "_selected_action": str(member.id)}
        return tess.post(f"{BASE}membership/", data, follow=True).content.decode()

    assert "1 deactivated" in act(acme.asha)
    assert "without an administrator" in act(acme.tess)
    with acme.scope():
        inactive = Membership.objects.filter(is_active=False)
        assert [member.name for member in inactive] == ["Asha"]
    assert tess.post(f"{BASE}membership/{acme.asha.id}/delete/", {"post": "yes"}).status_code == 403


def test_holidays_are_kept_with_their_calendar(acme: Acme, tess: Client) -> None:
    with acme.scope():
        holiday = Holiday.objects.get()
    data = {
        "name": "Office",
        "time_zone": "Asia/Kolkata",
        "hours": '{"mon": [["10:00", "16:00"]]}',
        "is_default": "on",
        "holidays-TOTAL_FORMS": "2",
        "holidays-INITIAL_FORMS": "1",
        "holidays-0-id": str(holiday.id),
        "holidays-0-calendar": str(acme.calendar.id),
        "holidays-0-date": "2025-10-02",
        "holidays-0-name": "Gandhi's birthday",
        "holidays-1-calendar": str(acme.calendar.id),
        "holidays-1-date": "2025-12-25",
        "holidays-1-name": "Christmas",
    }
    save(tess, f"workingcalendar/{acme.calendar.id}/change/", **data)
    with acme.scope():
        assert set(Holiday.objects.values_list("name", flat=True)) == {"Gandhi's birthday", "Christmas"}
        assert WorkingCalendar.objects.get().hours == {"mon": [["10:00", "16:00"]]}
        entries = AuditEntry.objects.filter(payload__entry="accounts.holiday")
        assert sorted(entry.kind for entry in entries) == ["directory.added", "directory.changed"]


def test_a_grant_is_given_and_taken(acme: Acme, tess: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.selectors.grants.DEFAULTS", ("add_", "change_", "delete_"))
    page = tess.get(f"{BASE}objectgrant/add/")
    choices = dict(page.context["adminform"].form.fields["right"].choices)
    (right,) = [value for value, text in choices.items() if text == "Can view department: HR"]
    save(tess, "objectgrant/add/", member=str(acme.asha.id), right=right)
    with acme.scope():
        grant = ObjectGrant.objects.get()
        assert (grant.user_id, grant.object_pk) == (acme.asha.user_id, str(acme.departments["HR"].id))
    save(tess, f"objectgrant/{grant.id}/delete/", post="yes")
    with acme.scope():
        assert AuditEntry.objects.filter(kind__in=["grant.given", "grant.taken"]).count() == 2


def test_a_grant_names_the_person_as_the_organisation_does(
    acme: Acme, globex: Globex, tess: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.selectors.grants.DEFAULTS", ("add_", "change_", "delete_"))
    with acme.scope():
        # What the login says is of another organisation; here the person has a name and an address of its own.
        joined = member_add(actor=acme.tess, values={"name": "Somebody", "email": globex.gita.user.email}, invite=False)
        User.objects.filter(id=joined.user_id).update(name="Zenobia", email="private@else.example")
        (right,) = [v for v, text in grant_choices(acme.organisation.id) if text == "Can view department: HR"]
        grant = grant_give_choice(actor=acme.tess, member=joined, choice=right)

    def found(text: str) -> int:
        return int(tess.get(f"{BASE}objectgrant/", {"q": text}).context["cl"].result_count)

    assert [found(text) for text in ("Zenobia", "private@")] == [0, 0]
    assert [found(text) for text in ("someb", joined.email)] == [1, 1]
    for path in ("objectgrant/?o=1.2", f"objectgrant/{grant.id}/change/", f"objectgrant/{grant.id}/delete/"):
        page = tess.get(f"{BASE}{path}").content.decode()
        assert "Zenobia" not in page
        assert "private@" not in page
        assert path.endswith("/delete/") or ("Somebody" in page and joined.email in page)


def test_the_audit_is_read_and_never_written(acme: Acme, tess: Client) -> None:
    with acme.scope():
        entry = AuditEntry.objects.filter(kind="person.logged_in")[0]
    assert "person.logged_in" in tess.get(f"{BASE}auditentry/?kind=person.logged_in").content.decode()
    assert tess.get(f"{BASE}auditentry/{entry.id}/change/").status_code == 200
    for path in ("add/", f"{entry.id}/delete/"):
        assert tess.post(f"{BASE}auditentry/{path}", {"post": "yes"}).status_code == 403


def test_a_history_tells_in_words_with_names_and_who_deactivated(acme: Acme, tess: Client) -> None:
    ravi, asha = acme.ravi, acme.asha
    given = {"name": "Asha", "email": asha.email, "manager": str(acme.hema.id), "attributes": "{}"}
    save(tess, f"membership/{asha.id}/change/", **given)
    chosen = {"action": "deactivate", "_selected_action": [str(ravi.id), str(asha.id)]}
    tess.post(f"{BASE}membership/", chosen)
    page = tess.get(f"{BASE}membership/{ravi.id}/history/").content.decode()
    assert "People deactivated" in page
    assert "Members: Asha, Ravi" in page or "Members: Ravi, Asha" in page
    assert "Manager: Ravi → Hema" in tess.get(f"{BASE}membership/{asha.id}/history/").content.decode()
    audit = tess.get(f"{BASE}auditentry/?kind=person.logged_in").content.decode()
    assert "Tess</td>" in audit
    assert str(acme.tess.id) not in audit
    with acme.scope():
        entry = AuditEntry.objects.get(kind="people.deactivated")
    assert "Members: " in tess.get(f"{BASE}auditentry/{entry.id}/change/").content.decode()
    assert "People deactivated" in tess.get(f"{BASE}auditentry/{entry.id}/history/").content.decode()


def test_who_loses_a_role_that_is_removed_has_it_on_record(acme: Acme, tess: Client) -> None:
    with acme.scope():
        give_role(acme.hema, "Clerk", "people.manage")
        role = give_role(acme.hema, "Buyer", "people.manage")
        MembershipRole.objects.create(organisation=acme.organisation, membership=acme.omar, role=role)
    assert tess.post(f"{BASE}role/{role.id}/delete/", {"post": "yes"}).status_code == 302
    with acme.scope():
        lost = AuditEntry.objects.filter(kind="people.roles_changed").values_list("subject_id", "payload")
        assert dict(lost) == {acme.hema.id: {"roles": ["Clerk"]}, acme.omar.id: {"roles": ["Designer"]}}


def test_a_refused_row_keeps_those_that_were_removed_with_it(
    acme: Acme, tess: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acme.scope():
        roles = [give_role(acme.omar, name, "people.manage") for name in ("Buyer", "Clerk")]

    def remove(*, actor: Membership, role: Role) -> None:
        if role == roles[1]:
            raise StillUsed
        role_remove(actor=actor, role=role)

    monkeypatch.setattr("accounts.admin.role_remove", remove)
    chosen = {"action": "delete_selected", "_selected_action": [str(role.id) for role in roles], "post": "yes"}
    page = tess.post(f"{BASE}role/", chosen, follow=True).content.decode()
    assert "This is still used" in page
    with acme.scope():
        assert Role.objects.filter(id__in=[role.id for role in roles]).count() == 2
