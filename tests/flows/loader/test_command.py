"""``manage.py flows_backfill``: what it makes, what it leaves, and that nothing happens twice."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.audit.models import AuditEntry
from flows.loading.services import backfill_advance, backfill_start
from flows.models import Backfill, BackfillState, LogicalFlow, LogicalFlowDataType, PhysicalFlow
from tests.accounts.clients import signed_in
from tests.cast import Acme, Globex
from tests.flows.loader.world import Flows, make_flows, many, per_flow, physical_of


@pytest.fixture
def flows(acme: Acme) -> Flows:
    with acme.scope():
        return make_flows(acme.organisation)


def run(*options: str, organisation: str = "acme") -> str:
    out = StringIO()
    call_command("flows_backfill", f"--organisation={organisation}", *options, stdout=out)
    return out.getvalue()


def test_a_dry_run_counts_and_shows_and_changes_nothing(acme: Acme, flows: Flows) -> None:
    said = run("--dry-run")
    assert "2 without a physical flow" in said
    assert "1 read-only, skipped" in said
    assert "Hub to End 0" in said
    with acme.scope():
        assert PhysicalFlow.objects.count() == 1
        row = Backfill.objects.get()
        assert (row.state, row.dry_run, row.report["wanted"]) == (BackfillState.DONE, True, 2)


def test_a_flow_gets_a_definition_with_unknown_attributes(acme: Acme, flows: Flows) -> None:
    run("--apply")
    with acme.scope():
        [made] = physical_of(flows.bare)
        assert (made.transport, made.frequency, made.criticality) == ("UNKNOWN", "UNKNOWN", "UNKNOWN")
        assert (made.lifecycle_status, made.is_removed, made.author_id) == ("ACTIVE", False, None)
        assert (made.specification.format, made.specification.name) == ("UNKNOWN", "Hub to End 0")
        assert made.specification.owner_id == flows.bare.source_id
        assert made.id.version == made.specification.id.version == 7


def test_it_carries_what_the_logical_flow_says_or_the_unknown_type(acme: Acme, flows: Flows) -> None:
    run("--apply")
    with acme.scope():
        [bare], [decorated] = physical_of(flows.bare), physical_of(flows.decorated)
        carried = [
            set(one.specification.type_links.values_list("data_type__code", flat=True)) for one in (bare, decorated)
        ]
        assert carried == [{"UNKNOWN"}, {"TRADE"}]
        mark = LogicalFlowDataType.objects.get(logical_flow=flows.bare)
        assert (mark.data_type.code, mark.rating) == ("UNKNOWN", "DISCOURAGED")


def test_what_is_read_only_removed_not_approved_or_served_is_left(acme: Acme, flows: Flows) -> None:
    said = run("--apply")
    with acme.scope():
        left = [len(physical_of(flow)) for flow in (flows.readonly, flows.pending, flows.removed, flows.carried)]
        assert left == [0, 0, 0, 1]
    assert "2 given a physical flow" in said
    assert "1 removed, skipped" in said


def test_a_removed_physical_flow_does_not_count(acme: Acme, flows: Flows) -> None:
    with acme.scope():
        PhysicalFlow.objects.update(is_removed=True, lifecycle_status="REMOVED")
    run("--apply")
    with acme.scope():
        assert len([one for one in physical_of(flows.carried) if one.is_live]) == 1


def test_a_second_run_makes_nothing(acme: Acme, flows: Flows) -> None:
    run("--apply")
    with acme.scope():
        before = PhysicalFlow.objects.count()
    assert " 0 given a physical flow" in run("--apply")
    with acme.scope():
        assert PhysicalFlow.objects.count() == before


def test_batches_are_told_line_by_line_and_recorded(acme: Acme) -> None:
    with acme.scope():
        many(acme.organisation, 7)
    said = run("--apply", "--batch=3")
    assert [line for line in said.splitlines() if " of 7" in line] == [
        "3 of 7: 3 made",
        "6 of 7: 6 made",
        "7 of 7: 7 made",
    ]
    with acme.scope():
        assert per_flow(acme.organisation.id) == [1] * 7
        entries = AuditEntry.objects.filter(subject_kind="flows.backfill").order_by("at", "id")
        assert [one.kind for one in entries] == ["flows.backfill_batch"] * 3 + ["flows.backfilled"]
        assert [one.payload["made"] for one in entries] == [3, 3, 1, 7]


def test_an_interrupted_run_goes_on_where_it_was(acme: Acme) -> None:
    own = acme.organisation.id
    with acme.scope():
        many(acme.organisation, 5)
        started = backfill_start(organisation_id=own, dry_run=False)
        backfill_advance(organisation_id=own, backfill_id=started.id, size=2)
    said = run("--apply", "--batch=2")
    assert "Going on after 2 of 5." in said
    with acme.scope():
        assert Backfill.objects.count() == 1
        assert per_flow(own) == [1] * 5


def test_it_keeps_to_its_organisation(acme: Acme, globex: Globex) -> None:
    for one in (acme, globex):
        with one.scope():
            many(one.organisation, 2)
    run("--apply")
    with globex.scope():
        assert PhysicalFlow.objects.count() == 0
        assert LogicalFlow.objects.count() == 2


@pytest.mark.parametrize("options", [[], ["--apply", "--dry-run"], ["--apply", "--batch=0"]])
def test_wrong_options_are_refused(acme: Acme, options: list[str]) -> None:
    with pytest.raises(CommandError):
        run(*options)


def test_an_unknown_organisation_is_refused(acme: Acme) -> None:
    with pytest.raises(CommandError, match="no organisation nowhere"):
        run("--apply", organisation="nowhere")


def test_what_was_made_can_be_looked_at_and_proposed_upon(acme: Acme, flows: Flows) -> None:
    run("--apply")
    with acme.scope():
        [made] = physical_of(flows.bare)
    client = signed_in(acme.asha)
    said = client.get(f"/flows/physical/{made.id}/").content.decode()
    assert "Hub to End 0" in said
    assert "nobody has said yet" in said
    assert client.get(f"/flows/logical/{flows.bare.id}/").status_code == 200
