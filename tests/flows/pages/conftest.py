"""The people and the two applications of the proposal pages."""

import pytest

from tests.cast import Acme
from tests.flows.pages.story import Person, Town, make_town


@pytest.fixture
def town(acme: Acme) -> Town:
    return make_town(acme)


@pytest.fixture
def asha(town: Town) -> Person:
    return Person(town.acme.asha)


@pytest.fixture
def ravi(town: Town) -> Person:
    return Person(town.acme.ravi)


@pytest.fixture
def hema(town: Town) -> Person:
    return Person(town.acme.hema)
