"""Changes that hold or clash, differences, and the history."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.workflows.drafting.test_places import DOCUMENT
from workflows.drafting.difference import difference
from workflows.drafting.history import Record, history
from workflows.drafting.operations import (
    Change,
    Clashed,
    Kind,
    apply,
    fitting,
    inverse,
    joined,
    rewound,
    typed_place,
)
from workflows.drafting.places import MISSING

NAME = "graph/steps/a/name"
NOW = datetime(2026, 1, 5, tzinfo=UTC)


def test_a_change_holds_only_where_it_finds_what_it_expects() -> None:
    applied = apply(DOCUMENT, [Change(NAME, "A", "One"), Change(NAME, "One", "Two")])
    assert applied.document["graph"]["steps"][0]["name"] == "Two"
    assert rewound(applied.document, [applied.changes]) == DOCUMENT
    wrong = [Change(NAME, "Other", "One"), Change("graph/steps/gone/name", MISSING, "x"), Change(NAME, "A", "One")]
    with pytest.raises(Clashed) as clashed:
        apply(DOCUMENT, wrong)
    assert [(clash.place, clash.now) for clash in clashed.value.clashes] == [(NAME, "A"), (wrong[1].place, MISSING)]
    assert fitting(DOCUMENT, wrong) == [wrong[2]]


def test_what_is_there_already_needs_no_change() -> None:
    assert apply(DOCUMENT, [Change(NAME, "Other", "A")]).changes == ()
    assert apply(DOCUMENT, [Change("graph/steps/gone", {"key": "gone"})]).changes == ()


def test_what_is_taken_away_comes_back_where_it_was() -> None:
    gone = apply(DOCUMENT, [Change("graph/steps/a", DOCUMENT["graph"]["steps"][0])])
    assert gone.changes[0].index == 0
    assert apply(gone.document, inverse(gone.changes)).document == DOCUMENT


@pytest.mark.parametrize(
    "new",
    [
        {**DOCUMENT, "cases": []},
        {**DOCUMENT, "graph": {"steps": [{"key": "b", "name": "B"}, {"key": "c"}, {"key": "a"}], "transitions": []}},
        {**DOCUMENT, "graph": {**DOCUMENT["graph"], "steps": [{"key": "a"}, {"key": "a"}]}},
        {**DOCUMENT, "form": {"fields": [{"name": "x"}, *DOCUMENT["form"]["fields"]], "layout": [1]}},
        {"graph": {"sla": {"period": "1d"}}, "form": {}, "cases": [{"name": "b"}, {"name": "b"}]},
    ],
)
def test_a_difference_leads_there_and_back(new: dict[str, Any]) -> None:
    applied = apply(DOCUMENT, difference(DOCUMENT, new))
    assert applied.document == new
    assert apply(applied.document, inverse(applied.changes)).document == DOCUMENT
    assert difference(new, new) == ()


def test_typing_is_one_step_of_the_history() -> None:
    typed = [[Change(NAME, "A", "An")], [Change(NAME, "An", "Ann")]]
    assert joined(typed) == (Change(NAME, "A", "Ann"),)
    assert [typed_place(changes) for changes in typed] == [NAME, NAME]
    assert typed_place([Change(NAME, MISSING, "A")]) == ""


def record(seconds: float, typed: str = "", kind: Kind = Kind.DO, of: UUID | None = None) -> Record:
    return Record(uuid4(), kind, of, f"at {seconds}", NOW + timedelta(seconds=seconds), typed)


def test_the_history_is_a_fold() -> None:
    one, two, three, other = record(0, NAME), record(2, NAME), record(9, NAME), record(10)
    found = history([one, two, three, other])
    assert [entry.ids for entry in found.done] == [(one.id, two.id), (three.id,), (other.id,)]
    undo = record(11, kind=Kind.UNDO, of=other.id)
    again = record(12, kind=Kind.UNDO, of=three.id)
    found = history([one, two, three, other, undo, again])
    assert [entry.of for entry in found.done] == [two.id]
    assert [entry.of for entry in found.undone] == [other.id, three.id]
    redo = record(13, kind=Kind.REDO, of=three.id)
    assert history([one, two, three, other, undo, again, redo]).next_redo == found.undone[0]
    after = record(13.5, NAME)
    found = history([one, two, three, other, undo, again, redo, after])
    assert (found.undone, found.next_undo and found.next_undo.ids) == ((), (after.id,))
    assert history([record(0, kind=Kind.UNDO, of=uuid4())]).done == ()
