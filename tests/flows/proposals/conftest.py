from collections.abc import Iterator

import pytest

from tests.cast import Acme
from tests.flows.proposals.world import World, make_world


@pytest.fixture
def world(acme: Acme) -> Iterator[World]:
    with acme.scope():
        yield make_world(acme)
