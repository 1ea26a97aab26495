"""How the demo is loaded; what is there then, ``test_demo`` and ``test_demo_flows`` look at."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.audit.models import AuditEntry
from accounts.audit.seal import verify
from accounts.models import Membership, Organisation
from accounts.tenancy.scope import organisation_scope
from config.demo.cast import ACME, GLOBEX
from config.demo.flows import has_flows
from config.demo.load import is_loaded, load
from flows.models import ProposedFlow
from flows.proposals.services.act import proposal_retry
from flows.proposals.services.acting import Outcome
from tests.config.conftest import SATURDAY


@pytest.mark.django_db
def test_the_command_loads_once(settings: Settings) -> None:
    settings.DEMO = True
    said = StringIO()
    call_command("demo", "--once", stdout=said)
    assert "acme loaded: 10 people, 30 requests" in said.getvalue()
    assert is_loaded()
    again = StringIO()
    call_command("demo", "--once", stdout=again)
    assert again.getvalue() == ""


@pytest.mark.django_db
def test_the_command_refuses_where_it_is_no_demo(settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="COUNTERSIGN_DEMO"):
        call_command("demo")
    assert not Organisation.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db
def test_any_day_is_a_good_day_to_load() -> None:
    for day in (datetime(2026, 1, 1, 0, 5, tzinfo=UTC), datetime(2027, 3, 29, 12, 0, tzinfo=UTC)):
        assert {one.requests for one in load(day)} == {30, 5}
        for organisation in Organisation.objects.filter(slug__in=[ACME.slug, GLOBEX.slug]):
            organisation.slug = f"{organisation.slug}-{day.year}"
            organisation.save(update_fields=["slug"])


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


def test_its_history_is_sealed_and_one_failed_and_can_be_retried(committed_db: None, settings: Settings) -> None:
    """Committed, since what makes it fail is another session that holds the catalogue."""
    settings.DEMO = True
    load(SATURDAY)
    organisation = Organisation.objects.get(slug="acme")
    with organisation_scope(organisation.id):
        assert verify(organisation.id) == (AuditEntry.objects.count(), None)
        assert has_flows(organisation)
        failed = ProposedFlow.objects.exclude(failure="").get()
        assert "lock timeout" in failed.failure
        fritz = Membership.objects.select_related("organisation").get(name="Fritz")
        assert proposal_retry(proposal_id=failed.id, actor=fritz, at=SATURDAY).outcome is Outcome.FULLY_APPROVED
