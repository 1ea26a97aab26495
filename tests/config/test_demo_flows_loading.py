"""How the demo's flows come into a demo, in transactions of their own; what is there is looked at in ``test_demo_flows``."""

from datetime import UTC, datetime

import pytest
from pytest_django import Settings

from accounts.models import Membership, Organisation
from accounts.tenancy.scope import organisation_scope
from config.demo.flows import has_flows
from config.demo.load import is_loaded, load
from flows.models import ProposedFlow
from flows.proposals.services.act import proposal_retry
from flows.proposals.services.acting import Outcome

SATURDAY = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_a_demo_of_before_gets_its_flows(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DEMO = True
    with monkeypatch.context() as patch:
        patch.setattr("config.demo.load.load_flows", lambda *args: False)
        load(SATURDAY)
    assert not is_loaded()
    assert [one.is_new for one in load(SATURDAY)] == [True, True]
    assert is_loaded()
    assert [one.is_new for one in load(SATURDAY)] == [False, False]


def test_one_failed_and_can_be_retried(committed_db: None, settings: Settings) -> None:
    """Committed, since what makes it fail is another session that holds the catalogue."""
    settings.DEMO = True
    load(SATURDAY)
    organisation = Organisation.objects.get(slug="acme")
    with organisation_scope(organisation.id):
        assert has_flows(organisation)
        failed = ProposedFlow.objects.exclude(failure="").get()
        assert "lock timeout" in failed.failure
        fritz = Membership.objects.select_related("organisation").get(name="Fritz")
        assert proposal_retry(proposal_id=failed.id, actor=fritz, at=SATURDAY).outcome is Outcome.FULLY_APPROVED
