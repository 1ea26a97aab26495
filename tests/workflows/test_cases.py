"""Test cases of a workflow: played as in the product, and what they keep from being published."""

import copy
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from forms_builder.schema.document import DocumentError
from tests.accounts.clients import program, signed_in
from tests.cast import Acme
from tests.factories.branches import contract
from tests.factories.panels import of, purchase
from tests.forms_builder.documents import MemorySources
from workflows.engine.definition import RunningDefinition
from workflows.graph.definition import DefinitionDocument
from workflows.library import library_item, library_keys
from workflows.models import WorkflowDefinition, WorkflowRun, WorkflowSettings
from workflows.selectors.definitions import DefinitionNotFound
from workflows.services.case_recording import Recording
from workflows.services.case_stage import CaseResult, play
from workflows.services.cases import cases_play, coverage
from workflows.services.definitions import (
    DefinitionInvalid,
    definition_export,
    definition_import,
    definition_publish,
)
from workflows.services.publishing import settings_save


def running(document: DefinitionDocument) -> RunningDefinition:
    return RunningDefinition.of(uuid4(), document.graph.to_json(), document.form)


def leave_case(change: Callable[[dict[str, Any]], object]) -> CaseResult:
    """The first case of the leave application, changed."""
    raw = copy.deepcopy(library_item("leave_application").to_json())
    change(raw["cases"][0])
    document = DefinitionDocument.load(raw)
    return play(document.cases[0], running(document))


@pytest.mark.parametrize("key", library_keys())
def test_shipped_cases_play_as_told_and_go_everywhere(key: str) -> None:
    item = library_item(key)
    results = [play(case, running(item)) for case in item.cases]
    assert [result.problems for result in results] == [()] * len(results)
    assert results, "an item of the library comes with a case"
    assert coverage(running(item), results).missed_ways == ()


WRONG: list[tuple[str, Callable[[dict[str, Any]], object]]] = [
    (
        "Act 2, hema at “Manager review”: was refused: it waits for Ravi.",
        lambda case: case["acts"][1].update(by="hema"),
    ),
    ("transition: Choose one of", lambda case: case["acts"][1].update(transition="Approved")),
    ("data.criticality", lambda case: case["acts"][0]["data"].update(criticality="low")),
    ("the request does not wait there", lambda case: case["acts"].pop(1)),
    ("the workflow has no such step", lambda case: case["acts"][1].update(step="nowhere")),
    ("cannot be waited for", lambda case: case["acts"][1].update(after="soon")),
    ("should have been refused at person", lambda case: case["acts"][1].update(refused="person")),
    ("It ended with Approved; expected was Rejected.", lambda case: case["expect"].update(outcome="Rejected")),
    ("expected was Apply → Rejected", lambda case: case["expect"].update(path=["apply", "rejected"])),
    ("“reason” is 'Family'; expected was 'Work'.", lambda case: case["expect"].update(values={"reason": "Work"})),
    ("waits for nobody; expected was Hema", lambda case: case["expect"].update(waits={"hr_review": ["hema"]})),
]


@pytest.mark.parametrize(("told", "change"), WRONG, ids=[told for told, _ in WRONG])
def test_what_goes_wrong_is_told(told: str, change: Callable[[dict[str, Any]], object]) -> None:
    result = leave_case(change)
    assert not result.passed
    assert told in " ".join(result.problems)


@pytest.mark.parametrize(
    "at", ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "1979-12-31T23:59:59Z"]
)
def test_a_case_begins_in_a_year_that_calendars_know(at: str) -> None:
    with pytest.raises(DocumentError) as refusal:
        leave_case(lambda case: case.update(at=at))
    [(place, told)] = refusal.value.fields.items()
    assert place == "cases.0.at"
    assert told == ["The year must be from 1980 to 2199"]


@pytest.mark.parametrize("year", [1980, 2199])
def test_the_first_and_the_last_of_these_years_are_among_them(year: int) -> None:
    assert leave_case(lambda case: case.update(at=f"{year}-09-29T05:00:00Z")).passed


def test_branches_are_played_at_once() -> None:
    raw = contract()
    raw["cases"] = [
        {
            "name": "Dear contract",
            "people": [
                {"key": "asha", "department": "ENG"},
                {"key": "ravi", "department": "ENG"},
                {"key": "hema", "department": "HR"},
                {"key": "farid", "department": "FIN"},
            ],
            "acts": [
                {"step": "ask", "by": "asha", "data": {"amount": 5000}},
                {"step": "check", "by": "ravi", "assignees": {"law": "hema", "money": "farid"}},
                {"step": "money", "by": "farid", "transition": "Meet"},
                {"step": "sign", "by": "ravi", "refused": "person"},
                {"step": "law", "by": "hema", "transition": "Meet", "data": {"advice": "Fine"}},
            ],
            "expect": {"path": ["ask", "check", "law", "money", "sign"], "waits": {"sign": ["ravi"]}},
        }
    ]
    document = DefinitionDocument.load(raw)
    assert play(document.cases[0], running(document)).problems == ()


WITHDRAWN = [
    {"step": "ask", "by": "asha", "data": {"amount": 5000}},
    {"step": "check", "by": "ravi", "transition": "Ask", "comment": "Too dear"},
]


@pytest.mark.parametrize(
    ("again", "told"),
    [({}, "data.amount: This is required."), ({"amount": 700}, ""), ({"amount": 5000}, "")],
    ids=["left out", "another", "the same"],
)
def test_answers_that_a_way_back_went_over_must_be_given_again(again: dict[str, Any], told: str) -> None:
    people = [{"key": key, "department": "ENG"} for key in ("asha", "ravi")]
    raw = contract()
    acts = [*WITHDRAWN, {"step": "ask", "by": "asha", "data": again}]
    raw["cases"] = [{"name": "Back and forth", "people": people, "acts": acts, "expect": {"values": again}}]
    document = DefinitionDocument.load(raw)
    result = play(document.cases[0], running(document))
    assert [told in one for one in result.problems] == ([True] if told else [])


def test_a_vote_gives_again_what_was_put_aside_in_a_case() -> None:
    raw = purchase({"rule": "count", "count": 2})
    raw["graph"]["transitions"].append({"key": "again", "name": "Again", "from": "buy", "to": "panel", "return": True})
    votes = [{"step": "panel", "by": key, "transition": "Yes", "data": {"note": key}} for key in ("farid", "fiona")]
    acts = [
        {"step": "ask", "by": "asha", "data": {"what": "Chairs"}}, *votes,
        {"step": "buy", "by": "hema", "transition": "Again", "comment": "How many?"},
    ]  # fmt: skip
    departments = {"asha": "ENG", "farid": "FIN", "fiona": "FIN", "hema": "HR"}
    people = [{"key": key, "department": code} for key, code in departments.items()]
    found = []
    for more in ([], votes[:1]):
        raw["cases"] = [{"name": "Twice", "people": people, "acts": [*acts, *more]}]
        document = DefinitionDocument.load(raw)
        recording = Recording(document.cases[0], running(document), MemorySources())
        assert recording.broken == ""
        found.append((recording.stage.data.get("note"), recording.form("panel", "fiona").values["note"]))
    assert found == [(None, "fiona"), ("farid", "farid")]


def test_panels_vote_and_duties_are_kept_apart() -> None:
    raw = purchase({"rule": "count", "count": 2})
    raw["graph"]["steps"][2]["assignee"] = of("FIN", separation={"not_same_as": ["panel"]})
    finance = [{"key": key, "name": key.title(), "department": "FIN"} for key in ("farid", "fiona", "fritz")]
    raw["cases"] = [
        {
            "name": "Two of three",
            "people": [{"key": "asha", "department": "ENG"}, *finance],
            "acts": [
                {"step": "ask", "by": "asha", "data": {"what": "Chairs"}},
                {"step": "panel", "by": "farid", "transition": "Yes"},
                {"step": "panel", "by": "farid", "transition": "Yes", "refused": "person"},
                {"step": "panel", "by": "fiona", "transition": "Yes", "data": {"note": "Fine"}},
                {"step": "buy", "by": "fiona", "refused": "person"},
            ],
            "expect": {"path": ["ask", "panel", "buy"], "waits": {"buy": ["fritz"]}, "values": {"note": "Fine"}},
        }
    ]
    document = DefinitionDocument.load(raw)
    assert play(document.cases[0], running(document)).problems == ()


def test_the_clock_hands_a_task_to_the_manager() -> None:
    def late(case: dict[str, Any]) -> None:
        case["people"] += [{"key": "meera"}]
        case["people"][1]["manager"] = "meera"
        case["acts"][1:] = [case["acts"][1] | {"after": "3d", "refused": "person"}]
        case["expect"] = {"waits": {"manager_review": ["meera"]}}

    assert leave_case(late).problems == ()


def late_case(
    way: str, waits: dict[str, list[str]], path: list[str], change: dict[str, Any] | None = None
) -> CaseResult:
    """A leave application about which nobody does anything: the time limit of the manager's step decides."""
    raw = copy.deepcopy(library_item("leave_application").to_json())
    steps = {step["key"]: step for step in raw["graph"]["steps"]}
    steps["manager_review"]["sla"] = {"mode": "own", "period": "1d", "rungs": [{"do": "decide", "transition": way}]}
    for one in raw["graph"]["transitions"]:
        one |= change or {} if one["from"] == "manager_review" else {}
    case = raw["cases"][0]
    case["acts"][1:] = [{"step": "manager_review", "by": "asha", "transition": way, "after": "3d", "refused": "person"}]
    case["expect"] = {"waits": waits, "path": path}
    document = DefinitionDocument.load(raw)
    return play(document.cases[0], running(document))


def test_the_clock_decides_in_a_case_as_in_the_product() -> None:
    """Nobody is there to give a reason or to choose; where the way is not open the task waits on."""
    begun = ["apply", "manager_review"]
    assert late_case("Rejected", {}, [*begun, "rejected"], {"reason_required": True}).problems == ()
    assert late_case("HR review", {"hr_review": ["hema", "hari"]}, [*begun, "hr_review"]).problems == ()
    closed = {"condition": {"field": "record.reason", "op": "eq", "value": "Nothing"}}
    assert late_case("HR review", {"manager_review": ["ravi"]}, begun, closed).problems == ()


def test_a_failing_case_warns_or_keeps_a_version_from_being_published(leave: WorkflowDefinition, acme: Acme) -> None:
    document = definition_export(definition_id=leave.id, actor=acme.omar)
    assert len(document["cases"]) == 4
    ways = {way["key"]: way for way in document["graph"]["transitions"]}
    ways["hr_approves"] |= {"to": "rejected", "name": "Approved"}
    ways["hr_rejects"] |= {"to": "approved", "name": "Rejected"}
    imported = definition_import(definition_id=leave.id, actor=acme.omar, document=document)
    assert [(one.code, one.level) for one in imported.problems if one.place == "cases.0"] == [("case-failed", "warns")]
    settings_save(actor=acme.tess, row=WorkflowSettings(), values={"cases_gate": True})
    with pytest.raises(DefinitionInvalid) as refusal:
        definition_publish(definition_id=leave.id, actor=acme.omar)
    assert "does not play as told" in str(refusal.value.fields["cases.0"])
    settings_save(actor=acme.tess, row=WorkflowSettings.objects.get(), values={"cases_gate": False})
    assert definition_publish(definition_id=leave.id, actor=acme.omar).number == 2


def test_playing_stores_nothing_and_is_for_designers(leave: WorkflowDefinition, acme: Acme) -> None:
    found = cases_play(actor=acme.omar, definition_id=leave.id)
    assert (found.failed, found.coverage.percent, found.missed) == (0, 100, [])
    assert "Manager review → HR review" in found.told[0].path
    assert WorkflowRun.objects.count() == 0
    with pytest.raises(DefinitionNotFound):
        cases_play(actor=acme.asha, definition_id=leave.id)


def test_a_draft_that_cannot_be_run_yet_says_so(leave: WorkflowDefinition, acme: Acme) -> None:
    document = definition_export(definition_id=leave.id, actor=acme.omar)
    document["graph"]["transitions"][1]["condition"] = {"op": "is_empty", "field": "record.gone"}
    definition_import(definition_id=leave.id, actor=acme.omar, document=document)
    page = signed_in(acme.omar).get(f"/workflows/{leave.id}/?tab=cases&version=2")
    assert (page.status_code, b"This draft has faults" in page.content) == (200, True)
    answer = program(acme.omar).get(f"/api/v1/definitions/{leave.id}/cases/")
    assert (answer.status_code, answer.json()["code"]) == (409, "cases.not_playable")


def test_cases_nobody_would_wait_for_are_refused() -> None:
    raw = library_item("leave_application").to_json()
    case = {**raw["cases"][0], "acts": raw["cases"][0]["acts"] * 60}
    with pytest.raises(DocumentError, match="more than 2,000 acts"):
        DefinitionDocument.load({**raw, "cases": [case] * 12})
