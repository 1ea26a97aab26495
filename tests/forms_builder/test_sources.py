"""Choices from the database: the organisation's own rows, trimmed by a rule, judged again on submit."""

from datetime import UTC, datetime
from typing import Any

from pytest_django import DjangoAssertNumQueries

from accounts.models import Membership
from forms_builder.rendering import form_class, serialize_fields
from forms_builder.schema import FormDocument, check
from forms_builder.sources import OrganisationSources, requester_facts
from tests.cast import Acme, Globex
from tests.factories.accounts import DesignationFactory, PlaceFactory
from tests.forms_builder.documents import document, one_field, posted

HR_ONLY = {"field": "candidate.department", "op": "eq", "value": "HR"}


def labels(spec: FormDocument, sources: OrganisationSources) -> list[str]:
    return [choice["label"] for choice in serialize_fields(spec, "any", {}, sources=sources)[0]["choices"]]


def test_people_are_trimmed_by_the_filter_on_page_and_submit(acme: Acme, globex: Globex) -> None:
    spec = document(one_field("user", filter=HR_ONLY))
    assert check(spec) == []
    with acme.scope():
        sources = OrganisationSources(acme.asha)
        assert labels(spec, sources) == ["Hari", "Hema"]
        form = form_class(spec, "any", sources=sources)
        accepted = form({"it": str(acme.hema.id)})
        assert accepted.stored() == {"it": str(acme.hema.id)}
        assert accepted.picked == {"it": {str(acme.hema.id): "Hema"}}
        for bad in (acme.farid.id, globex.gita.id):
            assert list(form(posted({"it": str(bad)})).problems) == ["it"]
        assert ">Hema</option>" in form().render()
        assert "Farid" not in form().render()


def test_people_who_left_are_not_offered_but_keep_their_name(acme: Acme) -> None:
    spec = document(one_field("user"))
    with acme.scope():
        acme.ravi.is_active = False
        acme.ravi.save(update_fields=["is_active"])
        sources = OrganisationSources(acme.asha)
        assert "Ravi" not in labels(spec, sources)
        values = {"it": str(acme.ravi.id)}
        assert serialize_fields(spec, "any", values, sources=sources)[0]["display"] == "Ravi"
        form = form_class(spec, "any", sources=sources, values=values)
        assert "Ravi (no longer offered)" in form().render()
        assert list(form({}).problems) == ["it"]


def test_a_kept_label_outlives_a_rename(acme: Acme) -> None:
    spec = document(one_field("department"))
    hr = acme.departments["HR"]
    with acme.scope():
        sources = OrganisationSources(acme.asha)
        form = form_class(spec, "any", sources=sources)({"it": str(hr.id)})
        assert form.is_valid()
        picked = form.picked
        hr.name = "People"
        hr.save(update_fields=["name"])
        entry = serialize_fields(spec, "any", {"it": str(hr.id)}, sources=sources, labels=picked)[0]
        assert entry["display"] == "HR"


def test_every_source_offers_rows_of_its_organisation(acme: Acme, globex: Globex) -> None:
    with globex.scope():
        PlaceFactory(organisation=globex.organisation, city="Berlin")
    with acme.scope():
        DesignationFactory(organisation=acme.organisation, name="Clerk", level=1)
        DesignationFactory(organisation=acme.organisation, name="Head", level=9)
        PlaceFactory(organisation=acme.organisation, city="Pune", state="MH")
        sources = OrganisationSources(acme.asha)

        def offered(source: str, rule: dict[str, Any] | None = None) -> list[str]:
            return labels(document(one_field("choice", choices={"source": source, "filter": rule})), sources)

        assert offered("departments") == ["Engineering", "Finance", "HR", "Operations"]
        assert offered("departments", {"field": "candidate.code", "op": "starts", "value": "f"}) == ["Finance"]
        assert offered("designations", {"field": "candidate.level", "op": "gt", "value": 5}) == ["Head"]
        assert offered("places") == ["Pune, MH, IN"]
        assert len(offered("people")) == 10


def test_today_is_the_organisations_day(acme: Acme) -> None:
    with acme.scope():
        late = OrganisationSources(acme.asha, at=datetime(2025, 9, 30, 19, 0, tzinfo=UTC))
        assert late.today.isoformat() == "2025-10-01"
        form = form_class(document(one_field("date", min="today")), "any", sources=late)
        assert list(form({"it": "2025-09-30"}).problems) == ["it"]
        assert form({"it": "2025-10-01"}).is_valid()


def test_rules_may_count_business_days_and_ask_about_people(acme: Acme) -> None:
    soon = {"field": "form.it", "op": "within_next", "value": {"count": 1, "unit": "business_day"}}
    spec = document(one_field("date", rules=[{"rule": soon, "message": "Too late."}]))
    boss = {"field": "form.it", "op": "is_manager_of", "value": str(acme.asha.id)}
    people = document(one_field("user", rules=[{"rule": boss, "message": "Not the manager."}]))
    with acme.scope():
        sources = OrganisationSources(acme.asha, at=datetime(2025, 10, 1, 6, 0, tzinfo=UTC))
        form = form_class(spec, "any", sources=sources)
        # 2 October is a holiday in Acme's calendar, so the next business day is the 3rd.
        assert form({"it": "2025-10-03"}).is_valid()
        assert form({"it": "2025-10-04"}).problems == {"it": ["Too late."]}
        form = form_class(people, "any", sources=sources)
        assert form({"it": str(acme.ravi.id)}).is_valid()
        assert form({"it": str(acme.hema.id)}).problems == {"it": ["Not the manager."]}


def test_facts_never_let_an_attribute_replace_a_column(acme: Acme) -> None:
    with acme.scope():
        acme.asha.attributes = {"leave_balance": 12, "name": "Boss", "id": "x"}
        facts = requester_facts(acme.asha)
    assert facts["leave_balance"] == 12
    assert (facts["name"], facts["id"]) == ("Asha", str(acme.asha.id))


def test_a_form_without_choices_and_rules_asks_the_database_nothing(
    acme: Acme, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with acme.scope():
        actor = Membership.objects.get(id=acme.asha.id)
        with django_assert_num_queries(0):
            form = form_class(document(one_field("date")), "any", sources=OrganisationSources(actor))(
                {"it": "2025-10-06"}
            )
            assert form.stored() == {"it": "2025-10-06"}


def test_a_filter_may_ask_about_who_fills_in_and_a_detail_tells_entries_apart(acme: Acme) -> None:
    mine = {"field": "candidate.department", "op": "eq", "value_field": "actor.department"}
    led = {"field": "candidate.manager", "op": "eq", "value_field": "actor.id"}
    with acme.scope():
        sources = OrganisationSources(acme.hema)
        detailed = document(one_field("choice", choices={"source": "people", "filter": mine, "detail": "department"}))
        assert check(detailed) == []
        assert labels(detailed, sources) == ["Hari (HR)", "Hema (HR)"]
        accepted = form_class(detailed, "any", sources=sources)({"it": str(acme.hari.id)})
        assert accepted.is_valid()
        assert accepted.picked == {"it": {str(acme.hari.id): "Hari"}}
        led_by_ravi = document(one_field("user", filter=led))
        assert labels(led_by_ravi, OrganisationSources(acme.ravi)) == ["Asha"]


def test_a_filter_that_cannot_be_read_offers_nobody(acme: Acme) -> None:
    unread = document(one_field("user", filter={"field": "candidate.gone", "op": "is_set"}))
    with acme.scope():
        assert labels(unread, OrganisationSources(acme.ravi)) == []


def test_only_listed_attributes_can_be_shown_behind_an_entry() -> None:
    spec = document(one_field("choice", choices={"source": "people", "detail": "attributes"}))
    assert [problem.code for problem in check(spec)] == ["unknown-detail"]


def test_words_of_rows_beside_the_requester_can_fill_texts(acme: Acme) -> None:
    with acme.scope():
        facts = requester_facts(acme.asha)
        assert (facts["department_name"], facts["manager_name"]) == ("Engineering", "Ravi")
        assert facts["city"] is None
        assert set(facts) >= {"leave_balance", "department", "country"}
