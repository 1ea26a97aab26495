"""The shipped workflows; unlike elsewhere the test stays outside of any scope, as requests find the world."""

import pytest

from tests.cast import Acme
from tests.factories.workflows import install
from workflows.models import WorkflowDefinition


@pytest.fixture
def leave(acme: Acme) -> WorkflowDefinition:
    with acme.scope():
        return install("leave_application", acme.omar)


@pytest.fixture
def expense(acme: Acme) -> WorkflowDefinition:
    with acme.scope():
        return install("claim_expense", acme.omar)
