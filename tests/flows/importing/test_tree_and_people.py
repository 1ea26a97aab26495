"""Data types and involvements from files."""

from flows.models import DataType, Involvement
from tests.cast import Acme, Globex
from tests.factories import flows as make
from tests.flows.importing.desk import Desk, problems

TYPES, PEOPLE = "data-types", "involvements"


def tree(acme: Acme) -> dict[str, str]:
    with acme.scope():
        rows = DataType.objects.exclude(is_unknown=True).values_list("code", "parent__code")
        return {code: parent or "" for code, parent in rows}


def test_a_tree_in_any_order(acme: Acme, asha: Desk) -> None:
    row = asha.apply(asha.bring("code,name,parent,concrete\nTRADE,Trade,TRADING,\nTRADING,Trading,,no\n", TYPES))
    assert row.report["new"] == 2
    assert tree(acme) == {"TRADE": "TRADING", "TRADING": ""}
    with acme.scope():
        assert list(DataType.objects.filter(concrete=False).values_list("code", flat=True)) == ["TRADING"]


def test_two_branches_change_places_in_one_file(acme: Acme, asha: Desk) -> None:
    with acme.scope():
        own = {"organisation": acme.organisation}
        above = DataType.objects.create(**own, code="A", name="A")
        DataType.objects.create(**own, code="B", name="B", parent=above)
    row = asha.apply(asha.bring("code,name,parent\nA,A,B\nB,B,\nC,C,A\n", TYPES))
    assert (row.state, tree(acme)) == ("applied", {"A": "B", "B": "", "C": "A"})


def test_circles_are_found_with_what_is_there_and_in_the_file(acme: Acme, asha: Desk) -> None:
    with acme.scope():
        above = DataType.objects.create(organisation=acme.organisation, code="A", name="A")
        DataType.objects.create(organisation=acme.organisation, code="B", name="B", parent=above)
    row = asha.bring("code,name,parent\nA,A,B\nX,X,Y\nY,Y,X\nZ,Z,Z\nBELOW,Below,X\n", TYPES)
    found = {number: text for number, _, text in problems(row)}
    assert [found[number] for number in (2, 3, 4, 5)] == ["A data type cannot be below itself."] * 4
    assert "circle" in found[6] or "no data type" in found[6]
    assert row.report["new"] == 0


def test_a_wrong_parent_takes_its_children_along(acme: Acme, asha: Desk) -> None:
    row = asha.bring("code,name,parent\nA,,\nB,B,A\nC,C,B\nD,D,PARTI\nPARTY,Party,\nbad code,X,\n", TYPES)
    found = {number: text for number, _, text in problems(row)}
    assert found[3].startswith("There is no data type “A”")
    assert found[4].startswith("There is no data type “B”")
    assert "Did you mean PARTY?" in found[5]
    assert "letters, digits" in found[7]
    assert asha.apply(row, skip_errors="true").state == "applied"
    assert tree(acme) == {"PARTY": ""}


def test_the_unknown_type_stays_what_it_is(acme: Acme, asha: Desk) -> None:
    row = asha.bring("code,name,deprecated\nUNKNOWN,Not known,yes\n", TYPES)
    assert problems(row)[0][2].startswith("The unknown type stays")
    assert asha.bring("code,name\nUNKNOWN,Not known\n", TYPES).report["changed"] == 1


def test_involvements_are_added_once(acme: Acme, asha: Desk) -> None:
    with acme.scope():
        orders = make.make_entity(acme.organisation, "Orders", external_id="A-1")
        make.involve(acme.ravi, orders)
    text = f"entity,person,kind\nA-1,{acme.ravi.email.upper()},owner\nA-1,{acme.meera.email},Flow approver\n"
    row = asha.apply(asha.bring(text, PEOPLE))
    assert row.report == {"new": 1, "changed": 0, "unchanged": 1, "wrong": 0}
    with acme.scope():
        found = Involvement.objects.values_list("member__name", "kind__code")
        assert set(found) == {("Ravi", "OWNER"), ("Meera", "FLOW_APPROVER")}


def test_nobody_and_nothing_are_told_apart_by_column(acme: Acme, globex: Globex, asha: Desk) -> None:
    with acme.scope():
        make.make_entity(acme.organisation, "Orders", external_id="A-1")
        type(acme.omar).objects.filter(id=acme.omar.id).update(is_active=False)
    with globex.scope():
        make.make_entity(globex.organisation, "Theirs", external_id="G-1")
    rows = [f"A-2,{acme.ravi.email},OWNER", f"A-1,{globex.gita.email},OWNER", f"A-1,{acme.ravi.email},OWNR"]
    rows += [f"A-1,{acme.omar.email},OWNER", f"G-1,{acme.ravi.email},OWNER", f"A-1,{acme.ravi.email},CONTACT"]
    rows += [f"A-1,{acme.ravi.email},contact"]
    row = asha.bring("entity,person,kind\n" + "\n".join(rows), PEOPLE)
    found = {(number, column): text for number, column, text in problems(row)}
    assert found[2, "entity"] == "There is no application or actor “A-2”."
    assert found[3, "person"].startswith("There is nobody with the address")
    assert "Did you mean OWNER?" in found[4, "kind"]
    assert found[5, "person"] == "This person has left."
    assert found[6, "entity"] == "There is no application or actor “G-1”."
    assert found[8, "entity"] == "Row 7 says this already."
