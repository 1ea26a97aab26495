"""Rules of a form that ask about the person who acts: shown, refused and sent to the browser by who that is."""

import json
from datetime import date
from typing import Any

from accounts.models import Membership
from forms_builder.rendering import StepForm, form_class
from forms_builder.schema.document import FormDocument
from forms_builder.schema.sources import NoSources
from forms_builder.sources import OrganisationSources
from tests.cast import Acme

HR_ONLY = {"field": "user.department", "op": "eq", "value": "HR"}
DOCUMENT = FormDocument.load(
    {
        "fields": [
            {"name": "name", "type": "text", "label": "Name", "default_access": "write"},
            {"name": "note", "type": "text", "label": "Note", "default_access": "write", "visible_when": HR_ONLY},
            {
                "name": "leads",
                "type": "text",
                "label": "Leads",
                "default_access": "write",
                "visible_when": {"field": "user.roles", "op": "has_any", "value": ["HR lead"]},
            },
        ]
    }
)


def form_for(member: Membership, data: dict[str, Any] | None = None) -> StepForm:
    made = form_class(DOCUMENT, "apply", values={}, sources=OrganisationSources(member))
    return made(data) if data is not None else made()


def test_a_field_is_there_for_some_people_only(acme: Acme) -> None:
    answers = {"name": "x", "note": "seen", "leads": "seen"}
    with acme.scope():
        stored = [form_for(one, answers).answers() for one in (acme.asha, acme.hema, acme.hari)]
    kept = [sorted(name for name, value in one.items() if value) for one in stored]
    assert kept == [["name"], ["name", "note"], ["leads", "name", "note"]]


BONUS = FormDocument.load(
    {
        "fields": [
            {"name": "base", "type": "number", "label": "Base", "default_access": "write"},
            {"name": "bonus", "type": "number", "label": "Bonus", "default_access": "write", "visible_when": HR_ONLY},
            {
                "name": "why",
                "type": "text",
                "label": "Why",
                "default_access": "write",
                "visible_when": {"field": "form.bonus", "op": "gt", "value": 0},
            },
            {
                "name": "total",
                "type": "computed",
                "label": "Total",
                "formula": "form.base + form.bonus",
                "default_access": "read",
            },
        ]
    }
)


def test_what_is_there_for_others_stands_when_somebody_else_answers(acme: Acme) -> None:
    stored = {"base": 1, "bonus": 5, "why": "Good work", "total": 6}
    with acme.scope():
        form = form_class(BONUS, "apply", values=stored, sources=OrganisationSources(acme.asha))
        assert form({"base": 2, "bonus": 90, "why": ""}).stored() == {**stored, "base": 2, "total": 7}
        form = form_class(BONUS, "apply", values=stored, sources=OrganisationSources(acme.hema))
        assert form({"base": 2, "bonus": 0}).stored() == {"base": 2, "bonus": 0, "why": None, "total": 2}


def test_the_browser_is_told_what_is_asked_about_the_person_and_no_more(acme: Acme) -> None:
    with acme.scope():
        told = json.loads(form_for(acme.hema).acting_values)
    assert told == {"user.department": ["text", "HR"], "user.roles": ["multi_choice", []]}


def test_nobody_acts_nothing_is_shown() -> None:
    made = form_class(DOCUMENT, "apply", values={}, sources=NoSources(date(2025, 10, 6)))
    assert made().invisible == {"note", "leads"}


def test_what_is_asked_about_the_person_is_no_field_of_the_form() -> None:
    condition = DOCUMENT.plan("apply").logic.conditional["note"]
    assert not condition.reads
    assert condition.asks == {"user.department"}
    assert condition.sentence() == 'acting person\'s department code is "HR"'
