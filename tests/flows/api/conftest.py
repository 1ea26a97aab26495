import pytest

from tests.cast import Acme
from tests.flows.api.world import Wire
from tests.flows.proposals.world import make_world


@pytest.fixture
def wire(acme: Acme) -> Wire:
    with acme.scope():
        world = make_world(acme)
    return Wire(world)
