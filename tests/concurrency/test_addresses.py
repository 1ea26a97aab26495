"""Two people who want the same address for their workflows at once: one has it, the other is told."""

from functools import partial

import pytest

from tests.cast import make_acme
from tests.concurrency.racing import at_once
from tests.factories.workflows import install
from workflows.models import WorkflowDefinition
from workflows.services.definitions import DefinitionInvalid
from workflows.services.preferences import Wish, definition_change

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("committed_db")]
ROUNDS = 20


def test_one_of_two_gets_the_address() -> None:
    acme = make_acme()
    with acme.scope():
        both = [install("leave_application", acme.omar), install("claim_expense", acme.omar)]
    for number in range(ROUNDS):
        wish = Wish(slug=f"wanted-{number}")
        change = partial(definition_change, actor=acme.omar, wish=wish)
        found = at_once(acme, *(partial(change, definition_id=one.id) for one in both))
        [refused] = [one for one in found if not isinstance(one, WorkflowDefinition)]
        assert isinstance(refused, DefinitionInvalid)
        assert set(refused.fields) == {"slug"}
