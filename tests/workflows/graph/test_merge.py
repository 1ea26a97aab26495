"""Three-way merge of workflow documents: what each side changed, and what both did."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.graph.definition import DefinitionDocument
from workflows.graph.merge import Difference, Merged, Side, Verdict, merge
from workflows.graph.merge_layout import leaves
from workflows.graph.merge_words import told
from workflows.library import library_item

BASE: dict[str, Any] = library_item("leave_application").to_json()
Change = Callable[[dict[str, Any]], object]


def changed(*changes: Change) -> dict[str, Any]:
    document = copy.deepcopy(BASE)
    for change in changes:
        change(document)
    return document


def step(document: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in document["graph"]["steps"] if one["key"] == key)
    return found


def form_field(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in document["form"]["fields"] if one["name"] == name)
    return found


def limit(period: str) -> Change:
    return lambda document: step(document, "manager_review")["sla"].update(period=period)


def rename(name: str) -> Change:
    return lambda document: step(document, "hr_review").update(name=name)


def add_field(name: str, section: int = 0) -> Change:
    def add(document: dict[str, Any]) -> None:
        document["form"]["fields"].append(
            {"name": name, "type": "text", "label": name.title(), "access": {"apply": "write"}}
        )
        document["form"]["layout"][section]["children"].append({"kind": "field", "name": name})

    return add


def drop_field(name: str) -> Change:
    def without(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
        kept = [node for node in nodes if node.get("name") != name]
        return [{**node, "children": without(node["children"])} if "children" in node else node for node in kept]

    def drop(document: dict[str, Any]) -> None:
        form = document["form"]
        form["fields"] = [one for one in form["fields"] if one["name"] != name]
        form["layout"] = without(form["layout"])

    return drop


def turn_sections(document: dict[str, Any]) -> None:
    document["form"]["layout"].reverse()


def ask_finance(document: dict[str, Any]) -> None:
    step(document, "hr_review")["assignee"]["rule"]["value"] = "FIN"


def show(name: str, access: str) -> Change:
    return lambda document: form_field(document, name)["access"].update(approved=access)


def new_step(key: str) -> Change:
    def add(document: dict[str, Any]) -> None:
        graph = document["graph"]
        graph["steps"].insert(3, {"key": key, "name": key.title(), "kind": "task", "assignee": {"rule": "requester"}})
        graph["transitions"].append({"key": f"to_{key}", "from": "hr_review", "to": key, "name": key.title()})
        graph["transitions"].append({"key": f"{key}_on", "from": key, "to": "approved"})

    return add


CHANGES: list[Change] = [
    *(limit(period) for period in ("3d", "4d")),
    *(rename(name) for name in ("Check", "Look")),
    *(add_field(name, section) for name in ("phone", "stand_in") for section in (0, 1)),
    *(drop_field(name) for name in ("hr_note", "criticality")),
    *(show("hr_note", access) for access in ("read", "write")),
    *(new_step(key) for key in ("director", "payroll")),
    turn_sections,
    ask_finance,
    lambda document: document["cases"].pop(),
    lambda document: document["graph"].update(sla={"period": "9d"}),
]
some = st.lists(st.sampled_from(CHANGES), max_size=4, unique=True)


def apply(changes: list[Change]) -> dict[str, Any]:
    document = changed()
    for change in changes:
        try:
            change(document)
        except StopIteration:  # the field is gone already
            continue
    return document


def keyed(document: dict[str, Any]) -> dict[str, Any]:
    """Without the order of what has a key, and without where fields stand."""
    graph, form = document["graph"], document["form"]
    return {
        "steps": {one["key"]: one for one in graph["steps"]},
        "ways": {one["key"]: one for one in graph["transitions"]},
        "fields": {one["name"]: one for one in form["fields"]},
        "cases": {one["name"]: one for one in document.get("cases", ())},
        "sla": graph.get("sla"),
        "placed": set(leaves(form["layout"])),
    }


def places(merged: Merged, verdict: Verdict) -> set[str]:
    return {one.place for one in merged.of(verdict)}


@settings(max_examples=40, deadline=None)
@given(some)
def test_a_side_without_changes_gives_the_other(changes: list[Change]) -> None:
    other = apply(changes)
    assert merge(BASE, other, BASE).document == other
    assert merge(BASE, BASE, other).document == other
    assert merge(BASE, other, other).document == other
    assert merge(BASE, other, other).differences == ()


@settings(max_examples=60, deadline=None)
@given(some, some)
def test_it_is_symmetric_and_loses_no_key(first: list[Change], second: list[Change]) -> None:
    ours, theirs = apply(first), apply(second)
    one, other = merge(BASE, ours, theirs), merge(BASE, theirs, ours)
    assert places(one, Verdict.TAKEN) == places(other, Verdict.KEPT)
    conflicts = places(one, Verdict.CONFLICT)
    assert conflicts == places(other, Verdict.CONFLICT)
    turned = merge(BASE, theirs, ours, dict.fromkeys(conflicts, Side.THEIRS))
    assert keyed(turned.document) == keyed(one.document)
    for part in ("steps", "ways", "fields", "cases"):
        before, mine, new, found = (set(keyed(document)[part]) for document in (BASE, ours, theirs, one.document))
        kept = {place.split(".")[1] for place in conflicts}
        assert found >= (mine & new) | ((mine ^ new) - before - kept)
        assert found <= mine | new
    assert set(leaves(one.document["form"]["layout"])) == {field["name"] for field in one.document["form"]["fields"]}
    DefinitionDocument.load(one.document)


def test_each_side_keeps_what_it_alone_changed() -> None:
    merged = merge(
        BASE,
        changed(rename("Check"), add_field("phone")),
        changed(limit("3d"), add_field("stand_in"), new_step("payroll")),
    )
    assert places(merged, Verdict.CONFLICT) == set()
    assert places(merged, Verdict.KEPT) == {"steps.hr_review.name", "fields.phone"}
    assert {"steps.manager_review.sla.period", "fields.stand_in", "steps.payroll"} <= places(merged, Verdict.TAKEN)
    assert step(merged.document, "hr_review")["name"] == "Check"
    assert step(merged.document, "manager_review")["sla"]["period"] == "3d"
    first = list(leaves(merged.document["form"]["layout"][:1]))
    assert first == ["from", "to", "reason", "phone", "stand_in"]


@pytest.mark.parametrize(("side", "period"), [(Side.OURS, "4d"), (Side.THEIRS, "3d")])
def test_a_conflict_is_decided(side: Side, period: str) -> None:
    merged = merge(BASE, changed(limit("4d")), changed(limit("3d")), {"steps.manager_review.sla.period": side})
    assert step(merged.document, "manager_review")["sla"]["period"] == period
    [conflict] = merged.of(Verdict.CONFLICT)
    assert (conflict.base, conflict.ours, conflict.theirs, conflict.choice) == ("2d", "4d", "3d", side)


def test_what_one_removed_and_the_other_changed_is_a_conflict() -> None:
    ours, theirs = changed(show("hr_note", "read")), changed(drop_field("hr_note"))
    assert places(merge(BASE, ours, theirs), Verdict.CONFLICT) == {"fields.hr_note"}
    taken = merge(BASE, ours, theirs, {"fields.hr_note": Side.THEIRS}).document
    assert "hr_note" not in set(leaves(taken["form"]["layout"]))


def test_two_arrangements_of_the_form_are_one_conflict() -> None:
    def last_first(document: dict[str, Any]) -> None:
        document["form"]["layout"][1]["children"].reverse()

    ours, theirs = changed(turn_sections), changed(last_first)
    assert places(merge(BASE, ours, theirs), Verdict.CONFLICT) == {"form.layout"}
    assert merge(BASE, ours, theirs).document["form"]["layout"] == ours["form"]["layout"]
    assert (
        merge(BASE, ours, theirs, {"form.layout": Side.THEIRS}).document["form"]["layout"] == theirs["form"]["layout"]
    )


def test_a_field_of_another_type_is_taken_whole() -> None:
    def as_date(document: dict[str, Any]) -> None:
        found = form_field(document, "reason")
        found.pop("max_length")
        found["type"] = "checkbox"

    ours = changed(lambda document: form_field(document, "reason").update(max_length=50))
    assert places(merge(BASE, ours, changed(as_date)), Verdict.CONFLICT) == {"fields.reason"}


def test_differences_are_told_in_words() -> None:
    ours, theirs = changed(limit("4d"), ask_finance, show("hr_note", "read")), changed(limit("3d"), new_step("payroll"))
    said = {one.place: told(one, ours, theirs) for one in merge(BASE, ours, theirs).differences}

    def words(place: str) -> tuple[str, str, str]:
        return said[place].what, said[place].ours, said[place].theirs

    assert words("steps.manager_review.sla.period") == (
        "Step “Manager review”: time limit, how long",
        "4 working days",
        "3 working days",
    )
    assert words("steps.payroll") == ("Step “Payroll”", "nothing", "“Payroll”")
    assert words("fields.hr_note.access.approved") == ("Field “Note of HR”: access, “Approved”", "read", "nothing")
    assert "FIN" in words("steps.hr_review.assignee")[1]
    assert words("transitions.to_payroll")[0] == "Way from “HR review” to “Payroll”"
    layout = Difference("form.layout", Verdict.TAKEN, [], [], [{}], Side.THEIRS)
    assert told(layout, ours, theirs).what == "Form: where the fields stand"
