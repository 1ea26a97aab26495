"""What tenant admins should not send to the administration: refused or left out with a message, never a server error."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership
from tests.accounts.clients import signed_in
from tests.cast import Acme

BASE = "/admin/accounts/"
UNKEPT = {
    "NUL": '{"a": "\\u0000"}',
    "NaN": '{"a": NaN}',
    "a number beyond floats": '{"a": 1e400}',
    "a lone surrogate": '{"a": "\\ud800"}',
    "deep lists": "[" * 100_000 + "]" * 100_000,
    "a number of 5,000 digits": '{"a": ' + "9" * 5_000 + "}",
    "a key twice": '{"a": 1, "a": 2}',
    "not JSON": "{'a': 1}",
}


def no_rows(below: str) -> dict[str, str]:
    return {f"{below}-TOTAL_FORMS": "0", f"{below}-INITIAL_FORMS": "0"}


@pytest.fixture
def tess(acme: Acme) -> Client:
    return signed_in(acme.tess)


def test_json_that_cannot_be_kept_is_refused_at_its_field(acme: Acme, tess: Client) -> None:
    for kind, text in UNKEPT.items():
        person = {"name": "Other", "email": acme.asha.email, "attributes": text}
        form = tess.post(f"{BASE}membership/{acme.asha.id}/change/", person).context["adminform"].form
        (said,) = form.errors["attributes"]
        assert ("not acceptable JSON" in said, "sys." in said) == (True, False), kind
        assert form["attributes"].value() == text, kind
    with acme.scope():
        assert not Membership.objects.filter(name="Other").exists()


@pytest.mark.parametrize(
    ("place", "name", "more"),
    [
        ("accounts/workingcalendar", "hours", {"time_zone": "UTC", **no_rows("holidays")}),
        ("workflows/configuredtask", "nodes", {"parameters": "[]"}),
        ("workflows/configuredtask", "parameters", {"nodes": "[]"}),
        ("workflows/savedcondition", "rule", {"kind": "assignee", **no_rows("versions")}),
    ],
)
def test_every_field_of_json_refuses_it(tess: Client, place: str, name: str, more: dict[str, str]) -> None:
    for kind, text in UNKEPT.items():
        page = tess.post(f"/admin/{place}/add/", {"name": "Other", **more, name: text})
        assert "not acceptable JSON" in page.context["adminform"].form.errors[name][0], kind


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("accounts/membership", "manager"),
        ("accounts/absence", "member"),
        ("flows/datatype", "parent"),
        ("flows/catalogueentity", "involvements-0-member"),
    ],
)
def test_what_is_no_key_is_refused_at_its_field(tess: Client, place: str, name: str) -> None:
    below = name.partition("-")[0]
    for key in ("abc", "1", "9" * 40):
        page = tess.post(f"/admin/{place}/add/", {**no_rows(below), f"{below}-TOTAL_FORMS": "1", name: key})
        assert "is not a valid UUID" in page.content.decode(), key


@pytest.mark.parametrize("text", ["", "null"])
def test_json_that_is_cleared_is_as_if_nothing_had_been_said(acme: Acme, tess: Client, text: str) -> None:
    with acme.scope():
        Membership.objects.filter(id=acme.asha.id).update(attributes={"grade": 7})
    person = {"name": "Asha", "email": acme.asha.email, "attributes": text}
    assert tess.post(f"{BASE}membership/{acme.asha.id}/change/", person).status_code == 302
    with acme.scope():
        assert Membership.objects.get(id=acme.asha.id).attributes == {}


def test_json_that_can_be_kept_is_shown_again_beside_another_error(acme: Acme, tess: Client) -> None:
    person = {"name": "", "email": acme.asha.email, "attributes": '{"grade": 7}'}
    form = tess.post(f"{BASE}membership/{acme.asha.id}/change/", person).context["adminform"].form
    assert set(form.errors) == {"name"}
    assert form["attributes"].value() == '{"grade": 7}'


@pytest.mark.parametrize(
    ("place", "action"),
    [
        ("accounts/membership", "deactivate"),
        ("accounts/absence", "end"),
        ("accounts/department", "delete_selected"),
        ("workflows/workflowdefinition", "take_off"),
        ("notifications/delivery", "send_again"),
        ("notifications/outboxevent", "plan_again"),
    ],
)
def test_what_is_no_key_chooses_no_row(tess: Client, place: str, action: str) -> None:
    for key in ("abc", "", "1", "\0", "9" * 40):
        chosen = {"action": action, "_selected_action": key, "index": "0"}
        page = tess.post(f"/admin/{place}/", chosen, follow=True)
        assert (page.status_code, "Items must be selected" in page.content.decode()) == (200, True), key


def test_the_rows_beside_what_is_no_key_are_chosen(acme: Acme, tess: Client) -> None:
    chosen = {"action": "deactivate", "_selected_action": ["abc", str(acme.asha.id)], "index": "0"}
    assert "1 deactivated" in tess.post(f"{BASE}membership/", chosen, follow=True).content.decode()
    with acme.scope():
        assert list(Membership.objects.filter(is_active=False)) == [acme.asha]


def initial_of(client: Client, address: str) -> dict[str, Any]:
    page = client.get(f"{BASE}{address}")
    assert page.status_code == 200
    initial: dict[str, Any] = page.context["adminform"].form.initial
    return initial


def test_what_a_field_cannot_be_does_not_begin_a_form(acme: Acme, tess: Client) -> None:
    query = "name=Nina&is_tenant_admin=x&manager=abc&roles=abc&department='"
    assert initial_of(tess, f"membership/add/?{query}") == {"name": "Nina", "is_tenant_admin": True}
    assert "member" not in initial_of(tess, "absence/add/?starts_on=0001-01-01&member=zz&ends_on=x&only_for=x")
    assert initial_of(tess, "workingcalendar/add/?hours=[&country=XX&subdivision=YY") == {}


def test_what_a_field_can_be_begins_the_form(acme: Acme, tess: Client) -> None:
    hr = acme.departments["HR"]
    page = tess.get(f"{BASE}membership/add/?department={hr.id}&manager={acme.meera.id}&name=Nina")
    form = page.context["adminform"].form
    assert [form[name].value() for name in ("name", "department", "manager")] == ["Nina", hr.id, acme.meera.id]
    begun = initial_of(tess, "workingcalendar/add/?country=IN&subdivision=KA")
    assert begun == {"country": "IN", "subdivision": "KA"}


def test_a_year_that_cannot_be_previewed_is_this_one(acme: Acme, tess: Client) -> None:
    address = f"{BASE}workingcalendar/{acme.calendar.id}/change/"
    this = tess.get(address).context["preview_year"]
    for year in ("0020249999", "0" * 5_000 + "1", "9" * 5_000, "2024x", "-2024", "²⁰²⁴", "1"):
        page = tess.get(address, {"year": year})
        assert (page.status_code, page.context["preview_year"]) == (200, this), year
    assert tess.get(address, {"year": "2024"}).context["preview_year"] == 2024


@pytest.mark.parametrize(
    ("place", "asked"),
    [
        ("accounts/absence", {"starts_on__gte": "99999-01-01"}),
        ("accounts/department", {"created_at__year": "99999"}),
        ("accounts/department", {"name__regex": "("}),
        ("accounts/department", {"created_at__contained_by": "x"}),
        ("accounts/department", {"created_at__range": "x"}),
        ("accounts/membership", {"user__password__startswith": "a"}),
        # Of requests and what was done to them, values of fields are left out.
        ("workflows/workflowrun", {"data__reason__startswith": "a"}),
        ("workflows/transitionlog", {"detail__contains": "{}"}),
        ("notifications/delivery", {"lease_token__startswith": "a"}),
    ],
)
def test_what_a_list_offers_no_filter_for_is_left_out(tess: Client, place: str, asked: dict[str, str]) -> None:
    assert tess.get(f"/admin/{place}/", asked).headers["Location"] == f"/admin/{place}/?e=1"


def test_the_filters_that_a_list_shows_are_kept(tess: Client) -> None:
    seen = 0
    for pages in tess.get("/admin/").context["available_apps"]:
        for address in (model["admin_url"] for model in pages["models"] if model["admin_url"]):
            rows = tess.get(address).context.get("cl")
            for shown in rows.filter_specs if rows else ():
                for choice in shown.choices(rows):
                    assert tess.get(f"{address}{choice['query_string']}").status_code == 200, choice
                    seen += 1
    assert seen > 50
