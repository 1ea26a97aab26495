"""A small catalogue: three applications, an actor, two logical flows, two physical ones that share a specification."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from flows.models import CatalogueEntity, DataType, LogicalFlow, PhysicalFlow
from tests.cast import Acme
from tests.factories import flows as make


@dataclass(frozen=True)
class Catalogue:
    """Asha owns Orders, Ravi Ledger; Meera is a contact of Orders. Orders sends to Ledger and, read-only, to the Exchange."""

    acme: Acme
    orders: CatalogueEntity
    ledger: CatalogueEntity
    archive: CatalogueEntity
    exchange: CatalogueEntity
    logical: LogicalFlow
    outward: LogicalFlow
    physical: PhysicalFlow
    shared: PhysicalFlow
    types: Mapping[str, DataType]


@pytest.fixture
def catalogue(acme: Acme) -> Catalogue:
    own = acme.organisation
    with acme.scope():
        types = make.make_types(own)
        orders = make.make_entity(own, "Orders", department=acme.departments["ENG"])
        ledger, archive = make.make_entity(own, "Ledger"), make.make_entity(own, "Archive", lifecycle_status="RETIRED")
        exchange = make.make_actor(own)
        make.involve(acme.asha, orders)
        make.involve(acme.ravi, ledger)
        make.involve(acme.meera, orders, kind="CONTACT")
        logical = make.make_logical(orders, ledger, external_id="LF-1")
        outward = make.make_logical(orders, exchange)
        physical = make.make_physical(logical, types=[types["TRADE"]])
        shared = make.make_physical(outward, physical.specification, name="to-exchange", is_readonly=True)
    return Catalogue(acme, orders, ledger, archive, exchange, logical, outward, physical, shared, types)
