"""Asha may import; Ravi may also break the glass; Meera may do neither."""

import pytest

from tests.cast import Acme
from tests.factories import flows as make
from tests.factories.accounts import give_role
from tests.flows.importing.desk import Desk


@pytest.fixture
def asha(acme: Acme) -> Desk:
    with acme.scope():
        make.organisation_prepare(acme.organisation.id)
        give_role(acme.asha, "Importer", "flow.catalogue_import")
    return Desk.of(acme.asha)


@pytest.fixture
def ravi(acme: Acme) -> Desk:
    with acme.scope():
        make.make_types(acme.organisation)
        give_role(acme.ravi, "Keeper", "flow.catalogue_import", "flow.break_glass")
    return Desk.of(acme.ravi)
