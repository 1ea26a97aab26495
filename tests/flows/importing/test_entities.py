"""Applications and actors from a file: what the check finds, what applying makes of it, what is recorded."""

from accounts.audit.models import AuditEntry
from flows.models import CatalogueEntity, CatalogueImportFile, CatalogueImportRow, ImportState
from tests.cast import Acme
from tests.factories import flows as make
from tests.flows.importing.desk import ENTITIES, Desk, problems, workbook


def names(acme: Acme) -> list[str]:
    with acme.scope():
        return list(CatalogueEntity.objects.order_by("external_id").values_list("name", flat=True))


def test_the_check_counts_and_changes_nothing(acme: Acme, asha: Desk) -> None:
    with acme.scope():
        make.make_entity(acme.organisation, "Orders", external_id="A-1")
        make.make_entity(acme.organisation, "Ledger", external_id="A-2")
    row = asha.bring("external_id,name\nA-1,Orders\nA-2,Main ledger\nA-3,Archive\n")
    assert row.state == ImportState.CHECKED
    assert row.report == {"new": 1, "changed": 1, "unchanged": 1, "wrong": 0}
    assert names(acme) == ["Orders", "Ledger"]
    said = asha.page(row)
    assert "Apply 2 rows" in said
    assert "Ledger Main ledger" in said


def test_applied_it_is_in_the_catalogue_and_recorded_row_by_row(acme: Acme, asha: Desk) -> None:
    with acme.scope():
        old = make.make_entity(acme.organisation, "Ledger", external_id="A-2")
    row = asha.apply(asha.bring(ENTITIES + "A-2,Main ledger,,,,ENG\nX-1,Exchange,Actor,Pending,yes,\n"))
    assert row.state == ImportState.APPLIED
    with acme.scope():
        old.refresh_from_db()
        assert (old.name, old.department_id) == ("Main ledger", acme.departments["ENG"].id)
        made = CatalogueEntity.objects.get(external_id="X-1")
        assert (made.kind, made.lifecycle_status, made.is_external) == ("actor", "PENDING", True)
        assert made.created_by_id == acme.asha.id
        changed = AuditEntry.objects.get(subject_id=old.id, kind="directory.changed")
        assert changed.payload["changes"]["name"] == ["Ledger", "Main ledger"]
        assert AuditEntry.objects.filter(subject_id=made.id, kind="directory.added").exists()
        told = AuditEntry.objects.get(kind="catalogue.imported")
        assert (told.payload["counts"]["new"], told.payload["by_name"]) == (1, "Asha")
        assert not CatalogueImportFile.objects.exists()
        assert not CatalogueImportRow.objects.exists()


def test_what_a_file_leaves_out_stays(acme: Acme, asha: Desk) -> None:
    with acme.scope():
        make.make_actor(acme.organisation, "Exchange", external_id="X-1", description="Trades")
    asha.apply(asha.bring("external_id;name;kind\nX-1;Bourse;\n"))
    with acme.scope():
        row = CatalogueEntity.objects.get()
        assert (row.name, row.kind, row.is_external, row.description) == ("Bourse", "actor", True, "Trades")


def test_each_problem_has_its_row_and_column(acme: Acme, asha: Desk) -> None:
    with acme.scope():
        make.make_entity(acme.organisation, "Orders", external_id="A-1")
    row = asha.bring(
        ENTITIES
        + "A-1,Orders,actor,,,\n,Nameless,,,,\nA-2,,,,,\nA-3,C,aplication,,,\nA-4,D,,,yes,\nA-5,E,,,maybe,\n"
        + "A-6,F,,,,ENGG\nA-7,G,,,,\nA-7,H,,,,\nA-8,bad\0sign,,,,\n"
    )
    assert (row.report["wrong"], row.report["new"]) == (9, 1)
    found = {(number, column): text for number, column, text in problems(row)}
    assert "cannot be changed" in found[2, "kind"]
    assert found[3, "external_id"] == found[4, "name"] == "This may not be empty."
    assert "Did you mean application?" in found[5, "kind"]
    assert found[6, "is_external"] == "Only an actor can be external."
    assert found[7, "is_external"] == "Say yes or no."
    assert "There is no department “ENGG”. Did you mean eng?" in found[8, "department"]
    assert found[10, "external_id"] == "Row 9 says this already."
    assert "cannot be stored" in found[11, "name"]


def test_wrong_rows_hold_the_others_back_unless_told_otherwise(acme: Acme, asha: Desk) -> None:
    row = asha.bring("external_id,name\nA-1,Orders\nA-2,\n")
    answer = asha.press(row, "apply")
    assert answer.status_code == 302
    assert "Some rows are wrong" in asha.page(row)
    assert names(acme) == []
    assert asha.apply(row, skip_errors="true").state == ImportState.APPLIED
    assert names(acme) == ["Orders"]
    assert "wrong rows were left out" in asha.page(row)


def test_all_problems_can_be_fetched(asha: Desk) -> None:
    row = asha.bring("external_id,name\n" + "".join(f"=A{number},\n" for number in range(250)))
    assert (row.error_count, len(row.errors)) == (250, 200)
    assert "The first 200 of 250." in asha.page(row)
    lines = asha.fetch(f"/flows/imports/{row.id}/errors.csv").decode("utf-8-sig").splitlines()
    assert lines[:2] == ["row,column,message,value", "2,name,This may not be empty.,"]
    assert len(lines) == 251


def test_our_own_export_comes_back_unchanged(acme: Acme, asha: Desk) -> None:
    with acme.scope():
        make.make_entity(acme.organisation, "=Orders", external_id="A-1", department=acme.departments["ENG"])
        make.make_actor(acme.organisation, "Exchange")
    exported = asha.fetch("/flows/export.csv?tab=applications")
    assert asha.bring(exported).report == {"new": 0, "changed": 0, "unchanged": 1, "wrong": 0}
    actors = asha.fetch("/flows/export.csv?tab=actors")
    row = asha.bring(actors)
    assert row.report["unchanged"] == 1
    assert "nothing to apply" in asha.page(row)


def test_a_workbook_is_read_like_a_text(acme: Acme, asha: Desk) -> None:
    content = workbook(
        [
            ["External id", "NAME", "is external", "kind"],
            [100, "Orders", False, None],
            ["", None],
            ["X", "Ex", True, "Actor"],
        ]
    )
    row = asha.apply(asha.bring(content, name="apps.xlsx"))
    assert row.report["new"] == 2
    with acme.scope():
        assert set(CatalogueEntity.objects.values_list("external_id", "is_external")) == {("100", False), ("X", True)}
