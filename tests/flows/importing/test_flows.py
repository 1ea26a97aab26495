"""Logical and physical flows from files: past the approvals, so with the right to break the glass, and a reason for each row."""

import pytest

from accounts.audit.models import AuditEntry
from accounts.models import MembershipRole
from flows.models import CatalogueEntity, CatalogueImport, LogicalFlow, PhysicalFlow
from tests.cast import Acme
from tests.factories import flows as make
from tests.flows.importing.desk import Desk, problems

LOGICAL, PHYSICAL, WHY = "logical-flows", "physical-flows", {"reason": "Taken over from the old register"}
HEAD = "source,target,specification,data_types,format,name,transport,frequency\n"
ROW = "A-1,A-2,Daily file,TRADE; PARTY,FLAT_FILE,eod,File transport,daily\n"


@pytest.fixture
def ends(acme: Acme, ravi: Desk) -> None:
    with acme.scope():
        for number in (1, 2, 3):
            make.make_entity(acme.organisation, f"App {number}", external_id=f"A-{number}")
        make.make_entity(acme.organisation, "Old", external_id="A-9", lifecycle_status="RETIRED")


def flow(acme: Acme, source: str = "A-1", target: str = "A-2") -> LogicalFlow:
    row: LogicalFlow = LogicalFlow.objects.get(source__external_id=source, target__external_id=target)
    return row


@pytest.mark.usefixtures("ends")
def test_logical_flows_are_made_changed_and_brought_back(acme: Acme, ravi: Desk) -> None:
    ravi.apply(
        ravi.bring("source,target,external_id,lifecycle_status\nA-1,A-2,L-1,\nA-2,A-1,,pending\n", LOGICAL, **WHY)
    )
    with acme.scope():
        assert (flow(acme).external_id, flow(acme, "A-2", "A-1").lifecycle_status) == ("L-1", "PENDING")
        LogicalFlow.objects.filter(id=flow(acme).id).update(is_removed=True, lifecycle_status="REMOVED")
    row = ravi.apply(ravi.bring("source,target,lifecycle_status\nA-1,A-2,\nA-2,A-1,active\n", LOGICAL, **WHY))
    assert row.report == {"new": 1, "changed": 1, "unchanged": 0, "wrong": 0}
    with acme.scope():
        assert flow(acme).is_live
        used = AuditEntry.objects.filter(kind="flow.break_glass")
        assert {entry.payload["reason"] for entry in used} == {WHY["reason"]}
        assert [entry.payload["action"] for entry in used.order_by("at", "id")].count("create") == 3


@pytest.mark.usefixtures("ends")
def test_what_is_wrong_with_logical_flows(acme: Acme, ravi: Desk) -> None:
    with acme.scope():
        one, two, three = (CatalogueEntity.objects.get(external_id=f"A-{number}") for number in (1, 2, 3))
        make.make_logical(one, two, external_id="L-1", is_readonly=True)
        make.make_logical(two, three, external_id="L-2")
    rows = [
        "A-1,A-1,",
        "A-1,A-9,",
        "A-1,A-7,",
        "A-1,A-2,L-8",
        "A-3,A-1,L-2",
        "A-3,A-2,L-5",
        "A-3,A-2,L-6",
        "A-2,A-1,L-5",
    ]
    row = ravi.bring("source,target,external_id\n" + "\n".join(rows), LOGICAL, **WHY)
    found = {number: text for number, _, text in problems(row)}
    assert found[2] == "The two ends must be different."
    assert found[3] == "This end is retired."
    assert found[4] == "There is no application or actor “A-7”."
    assert "read-only" in found[5]
    assert found[6] == "Another flow has this external id."
    assert found[8] == found[9] == "Row 7 says this already."


@pytest.mark.usefixtures("ends")
def test_physical_flows_share_a_specification_and_are_changed_later(acme: Acme, ravi: Desk) -> None:
    ravi.apply(ravi.bring("source,target\nA-1,A-2\n", LOGICAL, **WHY))
    second = "A-1,A-2,Daily file,TRADE,FLAT_FILE,noon,File transport,daily\n"
    ravi.apply(ravi.bring(HEAD + ROW + second, PHYSICAL, **WHY))
    with acme.scope():
        found = list(PhysicalFlow.objects.order_by("name").select_related("specification"))
        assert [one.name for one in found] == ["eod", "noon"]
        assert found[0].specification_id == found[1].specification_id
        assert (found[0].transport, found[0].frequency, found[0].criticality) == ("FILE_TRANSPORT", "DAILY", "MEDIUM")
        codes = set(found[0].specification.type_links.values_list("data_type__code", flat=True))
        assert codes == {"TRADE", "PARTY"}
    again = ravi.bring(HEAD.strip() + ",criticality\n" + ROW.strip() + ",High\n", PHYSICAL, **WHY)
    assert again.report == {"new": 0, "changed": 1, "unchanged": 0, "wrong": 0}
    ravi.apply(again)
    with acme.scope():
        assert PhysicalFlow.objects.get(name="eod").criticality == "HIGH"


@pytest.mark.usefixtures("ends")
def test_what_is_wrong_with_physical_flows(acme: Acme, ravi: Desk) -> None:
    ravi.apply(ravi.bring("source,target,lifecycle_status\nA-1,A-2,\nA-2,A-3,pending\n", LOGICAL, **WHY))
    rows = [
        "A-2,A-3,File,TRADE,,,,",
        "A-1,A-2,File 0,TRADING,,,,",
        "A-1,A-2,File 1,OLD_ORDER,,,,",
        "A-1,A-2,File 2,TRAD,,,,",
        "A-1,A-2,File 3,;,,,,",
        "A-1,A-2,File 4,TRADE,PAPER,,PIGEON,",
    ]
    row = ravi.bring(HEAD + "\n".join(rows), PHYSICAL, **WHY)
    found = {(number, column): text for number, column, text in problems(row)}
    assert found[2, "source"] == "There is no approved logical flow between these ends."
    assert found[3, "data_types"] == "TRADING is a heading; choose a type below it."
    assert found[4, "data_types"] == "OLD_ORDER is deprecated."
    assert "Did you mean TRADE?" in found[5, "data_types"]
    assert found[6, "data_types"] == "Name at least one data type."
    assert found[7, "format"].startswith("There is no format “PAPER”")
    assert (7, "transport") in found


def test_without_the_right_or_a_reason_no_flows(acme: Acme, asha: Desk, ravi: Desk) -> None:
    assert "Logical flows" not in asha.client.get("/flows/imports/new/").content.decode()
    assert asha.post("source,target\nA-1,A-2\n", LOGICAL).status_code == 422
    assert "Say why" in ravi.post("source,target\nA-1,A-2\n", LOGICAL).content.decode()
    with acme.scope():
        assert not CatalogueImport.objects.exists()


@pytest.mark.usefixtures("ends")
def test_a_colleague_without_the_right_cannot_apply_what_was_checked(acme: Acme, asha: Desk, ravi: Desk) -> None:
    row = ravi.bring("source,target\nA-1,A-2\n", LOGICAL, **WHY)
    assert "Apply" not in asha.page(row)
    assert asha.press(row, "apply").status_code == 403
    assert asha.press(row, "discard").status_code == 403


@pytest.mark.usefixtures("ends")
def test_a_right_that_was_taken_away_meanwhile_is_gone(acme: Acme, ravi: Desk) -> None:
    row = ravi.bring("source,target\nA-1,A-2\n", LOGICAL, **WHY)
    ravi.press(row, "apply")
    with acme.scope():
        MembershipRole.objects.filter(membership=acme.ravi).delete()
    done = ravi.work(row.id)
    assert (done.state, done.failure) == ("failed", "Whoever asked for this does not have the right any more.")
    with acme.scope():
        assert not LogicalFlow.objects.exists()


@pytest.mark.usefixtures("ends")
def test_our_own_export_of_flows_comes_back(acme: Acme, ravi: Desk) -> None:
    ravi.apply(ravi.bring("source,target\nA-1,A-2\n", LOGICAL, **WHY))
    ravi.apply(ravi.bring(HEAD + ROW, PHYSICAL, **WHY))
    for kind, tab in ((LOGICAL, "logical"), (PHYSICAL, "physical")):
        content = ravi.fetch(f"/flows/export.csv?tab={tab}")
        assert ravi.bring(content, kind, **WHY).report["unchanged"] == 1


@pytest.mark.usefixtures("ends")
def test_a_file_changes_no_types_of_a_read_only_specification(acme: Acme, ravi: Desk) -> None:
    with acme.scope():
        one, two = (CatalogueEntity.objects.get(external_id=f"A-{number}") for number in (1, 2))
        types = make.make_types(acme.organisation)
        spec = make.make_specification(one, "Daily file", types=[types["TRADE"]], is_readonly=True)
        make.make_physical(make.make_logical(one, two), spec, name="eod")
    noon = "A-1,A-2,Daily file,TRADE,FLAT_FILE,noon,File transport,daily\n"
    row = ravi.bring(HEAD + ROW + noon + noon.replace("noon", "late").replace("TRADE", "PARTY"), PHYSICAL, **WHY)
    fixed = "The specification is read-only: its data types stay as they are."
    assert problems(row) == [(2, "data_types", fixed), (4, "data_types", fixed)]
    ravi.apply(row, skip_errors="true")
    with acme.scope():
        assert set(PhysicalFlow.objects.filter(specification=spec).values_list("name", flat=True)) == {"eod", "noon"}
        assert [link.data_type.code for link in spec.type_links.all()] == ["TRADE"]
