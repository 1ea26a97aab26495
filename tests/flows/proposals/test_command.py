"""What a command may be: its shape, what the catalogue says to it, who may send it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.tenancy.errors import Denied, Invalid
from flows.models import LogicalFlow, PhysicalSpecification, ProposalReason, ProposedFlow
from flows.proposals.flow_def import FlowDef, FlowDefInvalid
from flows.proposals.identity import identity_of
from flows.proposals.services.judging import Duplicate
from flows.proposals.services.propose import proposal_validate
from tests.cast import Globex
from tests.factories.flows import involve, make_entity, make_logical, make_physical, make_specification, make_types
from tests.flows.proposals.world import World

A, B, SPEC, TYPE = (str(uuid4()) for _ in range(4))


def sent(**more: Any) -> dict[str, Any]:
    """The example of the reference, with ids of ours."""
    return {
        "source": {"kind": "APPLICATION", "id": A, "name": "Orders", "externalId": "APP-101"},
        "target": {"kind": "APPLICATION", "id": B, "description": "ignored", "entityLifecycleStatus": "ACTIVE"},
        "reason": {"ratingId": None, "description": "Flow already agreed with the other team"},
        "logicalFlowId": None,
        "physicalFlowId": None,
        "specification": {
            "id": None,
            "owningEntity": {"kind": "APPLICATION", "id": A},
            "name": "Daily orders file",
            "description": "",
            "format": "FLAT_FILE",
            "externalId": None,
            "lastUpdatedBy": "waltz",
        },
        "flowAttributes": attributes(),
        "dataTypeIds": [TYPE],
        "proposalType": "CREATE",
        **more,
    }


def attributes(**more: Any) -> dict[str, Any]:
    return {
        "name": "orders-eod",
        "transport": "FILE_TRANSPORT",
        "frequency": "DAILY",
        "basisOffset": 0,
        "criticality": "MEDIUM",
        "description": "",
        "externalId": None,
        **more,
    }


def test_what_is_stored_reads_back_the_same() -> None:
    command = FlowDef.load(sent())
    stored = command.dump()
    assert FlowDef.load(stored) == command
    assert stored["schema_version"] == 1
    assert set(stored) == {*sent(), "schema_version"}
    assert "lastUpdatedBy" not in stored["specification"]


@pytest.mark.parametrize(("word", "kind"), [("EDIT", "UPDATE"), ("delete", "REMOVE"), ("REMOVE", "REMOVE")])
def test_synonyms(word: str, kind: str) -> None:
    command = sent(proposalType=word, logicalFlowId=A, physicalFlowId=B)
    assert FlowDef.load(command).proposal_type == kind


MALFORMED: dict[str, tuple[dict[str, Any], set[str]]] = {
    "unknown key": (sent(sauce=1), {"sauce"}),
    "unknown key inside": (sent(flowAttributes=attributes(speed=1)), {"flowAttributes.speed"}),
    "type": (sent(proposalType="MOVE"), {"proposalType"}),
    "kind": (sent(source={"kind": "SERVER", "id": A}), {"source.kind"}),
    "ids": (sent(source={"kind": "ACTOR", "id": 7}, dataTypeIds=["x"]), {"source.id", "dataTypeIds.0"}),
    "no types": (sent(dataTypeIds=[]), {"dataTypeIds"}),
    "many types": (sent(dataTypeIds=[str(uuid4()) for _ in range(501)]), {"dataTypeIds"}),
    "offset": (sent(flowAttributes=attributes(basisOffset="0")), {"flowAttributes.basisOffset"}),
    "offset of centuries": (sent(flowAttributes=attributes(basisOffset=10**30)), {"flowAttributes.basisOffset"}),
    "truth": (sent(flowAttributes=attributes(basisOffset=True)), {"flowAttributes.basisOffset"}),
    "long": (sent(flowAttributes=attributes(name="n" * 256)), {"flowAttributes.name"}),
    "NUL": (sent(flowAttributes=attributes(name="a\0b")), {"flowAttributes.name"}),
    "surrogate": (sent(reason={"description": "\ud800"}), {"reason.description"}),
    "surrogate in what is ignored": (sent(source={"kind": "ACTOR", "id": A, "x": ["\udfff"]}), {"source.x.0"}),
    "huge": (sent(reason={"description": "x" * 10**6}), {""}),
    "blank": (sent(flowAttributes=attributes(transport=" ")), {"flowAttributes.transport"}),
    "no delivery": (sent(flowAttributes=None), {"flowAttributes"}),
    "no specification": (sent(specification=None), {"specification"}),
    "new specification": (
        sent(specification={"id": None}),
        {f"specification.{name}" for name in ("owningEntity", "name", "format")},
    ),
    "an id of what is new": (sent(physicalFlowId=B), {"physicalFlowId"}),
    "change of nothing": (sent(proposalType="EDIT"), {"logicalFlowId", "physicalFlowId"}),
    "newer": (sent(schema_version=2), {"schema_version"}),
    "empty": ({}, {"source", "target", "reason", "proposalType"}),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_every_wrong_place_is_named(case: str) -> None:
    command, paths = MALFORMED[case]
    with pytest.raises(FlowDefInvalid) as refusal:
        FlowDef.load(command)
    assert set(refusal.value.fields) == paths
    assert all(text.endswith(".") for texts in refusal.value.fields.values() for text in texts)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(sent())), json_values)
def test_whatever_comes_is_read_or_refused(key: str, value: Any) -> None:
    for raw in (value, sent(**{key: value})):
        try:
            command = FlowDef.load(raw)
        except FlowDefInvalid as refusal:
            named = bool(refusal.fields)
        else:
            named = FlowDef.load(command.dump()) == command
        assert named


def test_what_makes_two_proposals_the_same() -> None:
    same = [
        sent(),
        sent(dataTypeIds=[B], reason={"description": "Other"}, logicalFlowId=B),
        sent(specification={**sent()["specification"], "name": "Another", "format": "XML"}),
        sent(flowAttributes=attributes(description="Other", externalId="X")),
    ]
    different = [
        sent(specification={"id": SPEC}),
        *(
            sent(flowAttributes=attributes(**{name: "OTHER"}))
            for name in ("name", "transport", "frequency", "criticality")
        ),
        sent(flowAttributes=attributes(basisOffset=-1)),
        sent(source=sent()["target"], target=sent()["source"]),
        sent(proposalType="UPDATE", logicalFlowId=A, physicalFlowId=B),
        sent(proposalType="UPDATE", logicalFlowId=A, physicalFlowId=SPEC),
    ]
    assert len({identity_of(FlowDef.load(command)) for command in same}) == 1
    assert len({identity_of(FlowDef.load(command)) for command in (sent(), *different)}) == 1 + len(different)
    edit, delete = (sent(proposalType=kind, logicalFlowId=A, physicalFlowId=B) for kind in ("EDIT", "DELETE"))
    assert identity_of(FlowDef.load(edit)) == identity_of(FlowDef.load(delete))


def named(entity: Any, **more: Any) -> dict[str, Any]:
    return {"kind": entity.kind.upper(), "id": str(entity.id), **more}


Change = Callable[[World], dict[str, Any]]


def spec_of(world: World, **more: Any) -> dict[str, Any]:
    return {"specification": {**world.command()["specification"], **more}}


def attribute(**values: Any) -> Change:
    return lambda world: {"flowAttributes": attributes(**values)}


def retired(world: World) -> dict[str, Any]:
    return {"target": named(make_entity(world.acme.organisation, "Gone", lifecycle_status="RETIRED"))}


def foreign_logical(world: World) -> dict[str, Any]:
    return {"logicalFlowId": str(make_logical(world.ledger, world.risk).id)}


def logical(**values: Any) -> Change:
    return lambda world: {"logicalFlowId": str(make_logical(world.orders, world.ledger, **values).id)}


def foreign_spec(world: World) -> dict[str, Any]:
    return {"specification": {"id": str(make_specification(world.risk).id)}}


def read_only_spec(world: World) -> dict[str, Any]:
    return {"specification": {"id": str(make_specification(world.orders, is_readonly=True).id)}}


def kept_reason(world: World) -> dict[str, Any]:
    ProposalReason.objects.filter(code="AUDIT").update(is_active=False)
    return {"reason": {"code": "AUDIT"}}


UNSOUND: dict[str, tuple[Change, str]] = {
    "unknown end": (lambda w: {"target": {"kind": "APPLICATION", "id": str(uuid4())}}, "target"),
    "end of another kind": (lambda w: {"target": named(w.ledger, kind="ACTOR")}, "target"),
    "self loop": (lambda w: {"target": named(w.orders)}, "target"),
    "retired end": (retired, "target"),
    "unknown logical flow": (lambda w: {"logicalFlowId": str(uuid4())}, "logicalFlowId"),
    "logical flow of others": (foreign_logical, "logicalFlowId"),
    "removed logical flow": (logical(is_removed=True, lifecycle_status="REMOVED"), "logicalFlowId"),
    "logical flow not yet approved": (logical(lifecycle_status="PENDING"), "logicalFlowId"),
    "read-only logical flow": (logical(is_readonly=True), "logicalFlowId"),
    "unknown specification": (lambda w: spec_of(w, id=str(uuid4())), "specification.id"),
    "specification of others": (foreign_spec, "specification.id"),
    "read-only specification": (read_only_spec, "dataTypeIds"),
    "owner of neither end": (lambda w: spec_of(w, owningEntity=named(w.risk)), "specification.owningEntity"),
    "format": (lambda w: spec_of(w, format="PAPYRUS"), "specification.format"),
    "transport": (attribute(transport="PIGEON"), "flowAttributes.transport"),
    "frequency": (attribute(frequency="daily"), "flowAttributes.frequency"),
    "criticality": (attribute(criticality="low"), "flowAttributes.criticality"),
    "unknown type": (lambda w: {"dataTypeIds": [str(uuid4())]}, "dataTypeIds"),
    "abstract type": (lambda w: {"dataTypeIds": [str(w.types["TRADING"].id)]}, "dataTypeIds"),
    "deprecated type": (lambda w: {"dataTypeIds": [str(w.types["OLD_ORDER"].id)]}, "dataTypeIds"),
    "unknown reason": (lambda w: {"reason": {"code": "BECAUSE"}}, "reason.code"),
    "reason of before": (kept_reason, "reason.code"),
    "no reason": (lambda w: {"reason": {"description": ""}}, "reason"),
}


@pytest.mark.parametrize("case", UNSOUND)
def test_what_the_catalogue_refuses(world: World, case: str) -> None:
    change, path = UNSOUND[case]
    with pytest.raises(Invalid) as refusal:
        world.propose(**change(world))
    assert list(refusal.value.fields) == [path]
    assert not ProposedFlow.objects.exists()


def test_everything_wrong_is_said_at_once(world: World) -> None:
    command = world.command(target=named(world.orders), flowAttributes=attributes(transport="PIGEON"), reason={})
    with pytest.raises(Invalid) as refusal:
        proposal_validate(actor=world.acme.asha, flow_def=command)
    assert set(refusal.value.fields) == {"target", "flowAttributes.transport", "reason"}


@pytest.fixture
def strangers(globex: Globex) -> dict[str, str]:
    """The ids of another organisation."""
    with globex.scope():
        there, away = make_entity(globex.organisation, "Vault"), make_entity(globex.organisation, "Safe")
        flow = make_physical(make_logical(there, away), types=[make_types(globex.organisation)["TRADE"]])
        data_type = str(flow.specification.type_links.get().data_type_id)
        return {
            "entity": str(there.id),
            "logical": str(flow.logical_flow_id),
            "specification": str(flow.specification_id),
            "type": data_type,
        }


def test_nothing_of_another_organisation_can_be_named(strangers: dict[str, str], world: World) -> None:
    with pytest.raises(Invalid) as refusal:
        world.propose(
            target={"kind": "APPLICATION", "id": strangers["entity"]},
            logicalFlowId=strangers["logical"],
            specification={"id": strangers["specification"]},
            dataTypeIds=[strangers["type"]],
        )
    assert set(refusal.value.fields) == {"target", "logicalFlowId", "specification.id", "dataTypeIds"}


def test_who_may_propose(world: World) -> None:
    acme = world.acme
    with pytest.raises(Denied) as refusal:
        world.propose(maker=acme.hema)
    assert refusal.value.code == "proposal.propose.denied"
    involve(acme.hema, world.ledger, kind="CONTACT")
    assert world.propose(maker=acme.hema).maker == acme.hema


def test_a_dry_run_says_the_same_and_proposes_nothing(world: World) -> None:
    checked = proposal_validate(actor=world.acme.asha, flow_def=world.command())
    assert checked.command.source.name == "Orders"
    assert not ProposedFlow.objects.exists()
    world.propose()
    with pytest.raises(Duplicate):
        proposal_validate(actor=world.acme.asha, flow_def=world.command())


def test_a_flow_that_is_there_already_is_named(world: World) -> None:
    flow = world.flow("TRADE")
    specification = {"id": str(flow.specification_id)}
    for logical_id in (str(flow.logical_flow_id), None):
        with pytest.raises(Duplicate) as refusal:
            world.propose(logicalFlowId=logical_id, specification=specification)
        assert refusal.value.params["physical_flow"] == str(flow.id)
        assert refusal.value.params["url_kind"] == "physical_flow"


def test_a_second_physical_flow_on_an_approved_logical_flow_shares_its_specification(world: World) -> None:
    flow = world.flow("TRADE")
    proposal = world.propose(
        "PARTY",
        logicalFlowId=str(flow.logical_flow_id),
        specification={"id": str(flow.specification_id)},
        flowAttributes=attributes(name="orders-weekly", frequency="WEEKLY"),
    )
    done = world.approve_both(proposal)
    assert (done.logical_flow_id, done.specification_id) == (flow.logical_flow_id, flow.specification_id)
    assert (LogicalFlow.objects.count(), PhysicalSpecification.objects.count()) == (1, 1)
    carried = set(flow.specification.type_links.values_list("data_type__code", flat=True))
    assert carried == {"TRADE", "PARTY"}


def test_data_types_reach_every_flow_that_shares_the_specification(world: World) -> None:
    flow = world.flow("UNKNOWN")
    other = make_physical(make_logical(world.orders, world.risk), flow.specification)
    attributes_now = attributes(name="orders-weekly")
    world.approve_both(
        world.propose("TRADE", specification={"id": str(flow.specification_id)}, flowAttributes=attributes_now)
    )
    for row in (flow, other):
        assert set(row.logical_flow.type_links.values_list("data_type__code", flat=True)) == {"TRADE"}


def test_a_removed_specification_comes_back(world: World) -> None:
    spec = make_specification(world.orders, is_removed=True)
    world.approve_both(world.propose(specification={"id": str(spec.id)}))
    spec.refresh_from_db()
    assert not spec.is_removed
