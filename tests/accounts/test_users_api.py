"""``me/`` and ``users/``."""

from accounts.models import Membership
from tests.accounts.clients import program, signed_in
from tests.cast import Acme, Globex
from tests.factories.accounts import MembershipFactory, give_role


def test_me(acme: Acme) -> None:
    with acme.scope():
        give_role(acme.asha, "Auditor", "audit.view")
    me = program(acme.asha).get("/api/v1/me/").json()
    assert me["name"] == "Asha"
    assert me["organisation"]["slug"] == "acme"
    assert me["department"]["name"] == "Engineering"
    assert (me["time_zone"], me["is_tenant_admin"], me["permissions"]) == ("Asia/Kolkata", False, ["audit.view"])
    assert "people.manage" in program(acme.tess).get("/api/v1/me/").json()["permissions"]


def test_people_are_listed_by_name_without_the_deactivated_and_without_neighbours(acme: Acme, globex: Globex) -> None:
    with acme.scope():
        Membership.objects.filter(id=acme.omar.id).update(is_active=False)
    people = program(acme.asha).get("/api/v1/users/").json()["results"]
    names = [person["name"] for person in people]
    assert names == ["Asha", "Farid", "Fiona", "Fritz", "Hari", "Hema", "Meera", "Ravi", "Tess"]
    assert set(people[0]) == {"id", "name", "email", "department", "designation"}


def test_filters(acme: Acme) -> None:
    client = program(acme.asha)

    def names(query: str) -> list[str]:
        return [person["name"] for person in client.get(f"/api/v1/users/?{query}").json()["results"]]

    assert names("name=F") == ["Farid", "Fiona", "Fritz"]
    assert names("email=HEMA@") == ["Hema"]
    assert names(f"department={acme.departments['HR'].id}") == ["Hari", "Hema"]
    assert names("search=a") == names("search=A")
    assert names("search=ravi@acme") == ["Ravi"]


def test_pages_follow_one_another(acme: Acme) -> None:
    with acme.scope():
        for number in range(30):
            MembershipFactory(organisation=acme.organisation, name="Same Name", email=f"same{number}@acme.example")
    client = program(acme.asha)
    seen: list[str] = []
    page = client.get("/api/v1/users/?page_size=7").json()
    while True:
        seen += [person["id"] for person in page["results"]]
        if page["next"] is None:
            break
        page = client.get(page["next"]).json()
    assert len(seen) == len(set(seen)) == 40


def test_a_session_serves_the_api_too(acme: Acme) -> None:
    assert signed_in(acme.asha).get("/api/v1/me/").json()["name"] == "Asha"
