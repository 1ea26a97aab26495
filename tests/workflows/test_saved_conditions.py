"""Conditions under a name: versions, who may, what they may speak about, and how rules use them."""

from typing import Any

import pytest

from accounts.models import AuditEntry
from accounts.tenancy.errors import Denied, Invalid
from forms_builder.rules import explain, parse
from tests.cast import Acme
from workflows.graph.contexts import EMPTY_FORM, assignee_context
from workflows.graph.document import GraphDocument
from workflows.library import library_item
from workflows.models import SavedCondition, SavedConditionVersion
from workflows.selectors.saved_conditions import saved_choices, uses_in
from workflows.services.definition_problems import problems_of
from workflows.services.saved_conditions import saved_condition_delete, saved_condition_save

IN_HR = {"field": "candidate.department", "op": "eq", "value": "HR"}
LEADS = {"field": "candidate.roles", "op": "has_any", "value": ["HR lead"]}


GIVEN = {"field": "reason", "op": "is_set"}
LEAVE = library_item("leave_application")


def use(row: SavedCondition) -> dict[str, Any]:
    return {"saved": {"key": str(row.id), "version": row.version, "name": row.name, "rule": row.rule}}


def test_another_rule_is_a_new_version_and_old_uses_stay(acme: Acme) -> None:
    with acme.scope():
        row = saved_condition_save(actor=acme.omar, name="HR people", kind="assignee", rule=IN_HR)
        used = use(row)
        saved_condition_save(actor=acme.omar, name="Our HR", kind="assignee", rule=IN_HR, condition_id=row.id)
        again = saved_condition_save(actor=acme.omar, name="Our HR", kind="assignee", rule=LEADS, condition_id=row.id)
        assert again.version == 2
        assert list(SavedConditionVersion.objects.order_by("number").values_list("number", "rule")) == [
            (1, IN_HR),
            (2, LEADS),
        ]
        assert [(one.version, one.name) for one in saved_choices(acme.organisation.id, "assignee")] == [(2, "Our HR")]
        assert saved_choices(acme.organisation.id, "form") == ()
        assert AuditEntry.objects.filter(kind="saved_condition.saved").count() == 3
        SavedCondition.objects.bulk_create(
            SavedCondition(
                organisation_id=acme.organisation.id, name=f"Other {number}", kind="assignee", rule=IN_HR, version=1
            )
            for number in range(200)
        )
        saved_condition_save(actor=acme.omar, name="Our people", kind="assignee", rule=LEADS, condition_id=row.id)
        graph = LEAVE.to_json()["graph"]
        graph["steps"][2]["assignee"]["rule"] = {"not": used}
        told = problems_of(acme.organisation.id, GraphDocument.load(graph), EMPTY_FORM)
        assert ("saved-condition-old", "steps.2.assignee.rule") in [(one.code, one.place) for one in told]
    rule = parse({"all": [used, {"not": use(again)}]}, assignee_context())
    assert explain(rule) == (
        "“HR people” (person's department code is \"HR\") and not (“Our HR” (person's roles includes HR lead))"
    )


def test_there_is_an_end_to_them(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflows.services.saved_conditions.MOST", 1)
    with acme.scope():
        row = saved_condition_save(actor=acme.omar, name="HR people", kind="assignee", rule=IN_HR)
        saved_condition_save(actor=acme.omar, name="Our HR", kind="assignee", rule=LEADS, condition_id=row.id)
        with pytest.raises(Invalid) as refused:
            saved_condition_save(actor=acme.omar, name="One more", kind="assignee", rule=IN_HR)
    assert "Delete one first" in refused.value.fields["name"][0]


def test_what_is_refused(acme: Acme) -> None:
    with acme.scope():
        row = saved_condition_save(actor=acme.omar, name="HR people", kind="assignee", rule=IN_HR)
        with pytest.raises(Denied):
            saved_condition_save(actor=acme.asha, name="Mine", kind="assignee", rule=IN_HR)
        cases: tuple[tuple[dict[str, Any], str], ...] = (
            ({"name": "HR people", "kind": "assignee", "rule": IN_HR}, "name"),
            ({"name": " ", "kind": "assignee", "rule": IN_HR}, "name"),
            ({"name": "x", "kind": "event", "rule": IN_HR}, "kind"),
            ({"name": "x", "kind": "form", "rule": IN_HR}, "rule"),
            ({"name": "x", "kind": "assignee", "rule": {"field": "record.total", "op": "is_set"}}, "rule"),
        )
        for bad, place in cases:
            with pytest.raises(Invalid) as refused:
                saved_condition_save(actor=acme.omar, **bad)
            assert list(refused.value.fields) == [place]
        with pytest.raises(Invalid) as refused:
            saved_condition_save(
                actor=acme.omar, name="Mine", kind="form", rule=GIVEN, form=LEAVE.form, condition_id=row.id
            )
        assert list(refused.value.fields) == ["rule"]
        other = saved_condition_save(actor=acme.omar, name="Others", kind="assignee", rule={"not": use(row)})
        assert [one["name"] for one in uses_in(other.rule)] == ["HR people"]
        with pytest.raises(Invalid) as refused:
            saved_condition_save(
                actor=acme.omar, name="HR people", kind="assignee", rule=use(other), condition_id=row.id
            )
        assert "cannot use itself" in refused.value.fields["rule"][0]
        saved_condition_delete(actor=acme.omar, condition_id=row.id)
        assert list(SavedCondition.objects.values_list("name", flat=True)) == ["Others"]
