"""What is marked read-only is kept elsewhere: breaking the glass does not change it either, as no proposal does."""

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.tenancy.errors import Invalid
from flows.catalogue.services import direct
from flows.catalogue.services.direct import Delivery, ReadOnly
from flows.models import (
    CatalogueEntity,
    EntityLife,
    LogicalFlow,
    PhysicalFlow,
    PhysicalSpecification,
    SpecificationDataType,
)
from flows.policies import BREAK_GLASS
from tests.factories.accounts import give_role
from tests.flows.catalogue.conftest import Catalogue

WHY = "The register is down"


@pytest.fixture
def glass(catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """Omar, in the scope of Acme, and why he does it."""
    with catalogue.acme.scope():
        give_role(catalogue.acme.omar, "Custodian", BREAK_GLASS)
        yield {"actor": catalogue.acme.omar, "reason": WHY}


def delivery(catalogue: Catalogue, *codes: str, **more: Any) -> Delivery:
    types = tuple(catalogue.types[code].id for code in codes)
    return Delivery("FILE_TRANSPORT", "DAILY", name="noon", data_type_ids=types, **more)


def carried(specification_id: Any) -> set[str]:
    rows = SpecificationDataType.objects.filter(specification_id=specification_id)
    return set(rows.values_list("data_type__code", flat=True))


def test_a_read_only_logical_flow_refuses_whatever_is_below_it(catalogue: Catalogue, glass: dict[str, Any]) -> None:
    flow = catalogue.physical
    LogicalFlow.objects.filter(id=flow.logical_flow_id).update(is_readonly=True)
    new = delivery(catalogue, "TRADE", specification_name="Another", format="FLAT_FILE")
    with pytest.raises(ReadOnly):
        direct.physical_create(logical_flow_id=flow.logical_flow_id, delivery=new, **glass)
    with pytest.raises(ReadOnly):
        direct.physical_update(flow_id=flow.id, delivery=delivery(catalogue, "TRADE"), **glass)
    with pytest.raises(ReadOnly):
        direct.physical_remove(flow_id=flow.id, **glass)
    assert PhysicalFlow.objects.filter(logical_flow_id=flow.logical_flow_id, is_removed=False).count() == 1
    assert LogicalFlow.objects.get(id=flow.logical_flow_id).is_live


def test_a_read_only_specification_keeps_its_data_types(catalogue: Catalogue, glass: dict[str, Any]) -> None:
    flow = catalogue.physical
    spec_id = flow.specification_id
    PhysicalSpecification.objects.filter(id=spec_id).update(is_readonly=True)
    more = delivery(catalogue, "TRADE", "PARTY", specification_id=spec_id)
    with pytest.raises(ReadOnly, match="data types"):
        direct.physical_create(logical_flow_id=flow.logical_flow_id, delivery=more, **glass)
    with pytest.raises(ReadOnly, match="data types"):
        direct.physical_update(flow_id=flow.id, delivery=delivery(catalogue, "PARTY"), **glass)
    direct.physical_update(flow_id=flow.id, delivery=delivery(catalogue, "TRADE", description="At noon"), **glass)
    same = delivery(catalogue, "TRADE", specification_id=spec_id, basis_offset=1)
    assert (
        direct.physical_create(logical_flow_id=flow.logical_flow_id, delivery=same, **glass).specification_id == spec_id
    )
    assert carried(spec_id) == {"TRADE"}


def test_nothing_is_added_to_a_flow_of_a_retired_end(catalogue: Catalogue, glass: dict[str, Any]) -> None:
    logical = catalogue.physical.logical_flow
    CatalogueEntity.objects.filter(id=logical.target_id).update(lifecycle_status=EntityLife.RETIRED)
    new = delivery(catalogue, "TRADE", specification_name="Another", format="FLAT_FILE")
    with pytest.raises(Invalid) as refusal:
        direct.physical_create(logical_flow_id=logical.id, delivery=new, **glass)
    assert refusal.value.fields == {"target": [f"{logical.target.name} is retired."]}
    assert PhysicalFlow.objects.filter(logical_flow_id=logical.id).count() == 1
