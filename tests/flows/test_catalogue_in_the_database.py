"""What the tables of the catalogue keep by themselves."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from flows.models import CatalogueEntity, DataType, LogicalFlow, PhysicalFlow
from flows.setup import organisation_prepare
from tests.cast import Acme
from tests.factories.flows import make_actor, make_entity, make_logical, make_physical, make_types


@pytest.fixture
def flow(acme: Acme) -> PhysicalFlow:
    with acme.scope():
        source, target = make_entity(acme.organisation), make_entity(acme.organisation, "Ledger")
        return make_physical(make_logical(source, target), types=[make_types(acme.organisation)["TRADE"]])


def test_two_ends_have_one_logical_flow_and_no_end_flows_into_itself(acme: Acme, flow: PhysicalFlow) -> None:
    ends = flow.logical_flow.source, flow.logical_flow.target
    with acme.scope():
        for source, target, name in ((*ends, "logicalflow_ends"), (ends[0], ends[0], "logicalflow_no_loop")):
            with pytest.raises(IntegrityError, match=name), transaction.atomic():
                make_logical(source, target)
        assert make_logical(ends[1], ends[0]).is_live


def test_the_same_delivery_twice_is_refused_until_the_first_is_removed(acme: Acme, flow: PhysicalFlow) -> None:
    same: dict[str, Any] = {"specification": flow.specification, "criticality": "HIGH"}
    with acme.scope():
        with pytest.raises(IntegrityError, match="physicalflow_once"), transaction.atomic():
            make_physical(flow.logical_flow, **same)
        make_physical(flow.logical_flow, **same, basis_offset=-1)
        PhysicalFlow.objects.filter(id=flow.id).update(is_removed=True, lifecycle_status="REMOVED")
        assert make_physical(flow.logical_flow, **same).is_live


def test_a_removed_flow_says_so_in_both_columns(acme: Acme, flow: PhysicalFlow) -> None:
    with acme.scope():
        for model in (LogicalFlow, PhysicalFlow):
            with pytest.raises(IntegrityError, match="_removed"), transaction.atomic():
                model.objects.update(is_removed=True)


def test_data_types_are_a_tree_with_one_unknown(acme: Acme) -> None:
    with acme.scope():
        types = make_types(acme.organisation)
        DataType.objects.filter(code="ORDER").update(parent=types["TRADE"])
        with pytest.raises(IntegrityError, match="parent_no_circle"), transaction.atomic():
            DataType.objects.filter(code="TRADING").update(parent=types["ORDER"])
        with pytest.raises(IntegrityError, match="datatype_one_unknown"), transaction.atomic():
            DataType.objects.filter(code="PARTY").update(is_unknown=True)


def test_only_actors_are_external(acme: Acme) -> None:
    with acme.scope():
        assert make_actor(acme.organisation).is_external
        with pytest.raises(IntegrityError, match="catalogueentity_external_actor"), transaction.atomic():
            make_entity(acme.organisation, "Orders", is_external=True)


def test_names_are_found_by_their_first_letters_through_an_index(acme: Acme) -> None:
    with acme.scope():
        organisation_prepare(acme.organisation.id)
        CatalogueEntity.objects.bulk_create(
            CatalogueEntity(organisation=acme.organisation, kind="application", external_id=f"A{n}", name=f"Straße {n}")
            for n in range(3_000)
        )
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        found = CatalogueEntity.objects.filter(
            organisation=acme.organisation, name_key__gte="straße 29", name_key__lt="straße 29\U0010ffff"
        ).order_by("name_key", "id")
        plan = found.explain()
        assert found.count() == 111
    assert "catalogueentity_name" in plan
    assert "Index Cond" in plan
    assert "name_key >=" in plan.partition("Index Cond:")[2].splitlines()[0]


def test_keys_of_an_entity_follow_its_name(acme: Acme) -> None:
    with acme.scope():
        row = make_entity(acme.organisation, "ÜBER Orders", external_id="APP-7")
        assert (row.name_key, row.external_key) == ("über orders", "app-7")
        row.name = "Ledger"
        row.save(update_fields=["name"])
        row.refresh_from_db()
        assert row.name_key == "ledger"
