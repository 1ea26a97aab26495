"""The shipped workflows, installed in Acme."""

from collections.abc import Iterator

import pytest

from tests.cast import Acme
from tests.factories.workflows import install
from workflows.models import WorkflowDefinition
from workflows.services.drafts import draft_start


@pytest.fixture
def leave(acme: Acme) -> Iterator[WorkflowDefinition]:
    """Leave Application, published; the test runs in Acme's scope."""
    with acme.scope():
        yield install("leave_application", acme.omar)


@pytest.fixture
def flow(acme: Acme) -> WorkflowDefinition:
    """Leave Application with a draft; the test runs outside of any scope, as requests do."""
    with acme.scope():
        made = install("leave_application", acme.omar)
        draft_start(actor=acme.omar, definition_id=made.id)
        return made


@pytest.fixture
def expense(acme: Acme) -> Iterator[WorkflowDefinition]:
    """Claim Expense, published; the test runs in Acme's scope."""
    with acme.scope():
        yield install("claim_expense", acme.omar)
