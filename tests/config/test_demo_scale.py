"""Organisations by the number, as benchmarks have them made."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from accounts.models import Membership, Organisation
from accounts.tenancy.scope import organisation_scope
from config.demo import scale
from config.demo.scale import SCALES, Scale, fill
from tests.factories.workflows import start_leave
from workflows.models import Task, TransitionLog, WorkflowDefinition, WorkflowRun
from workflows.selectors.inbox import decide_count

TINY = Scale(organisations=2, people=24, requests=120)


@pytest.mark.django_db
def test_fills_as_many_as_asked() -> None:
    ticks: list[int] = []
    filled = fill(TINY, password="known", tick=ticks.append)
    assert [one.slug for one in filled] == ["org001", "org002"]
    assert sum(ticks) == 240
    for one in filled:
        with organisation_scope(one.organisation_id):
            assert Membership.objects.count() == 24
            assert Membership.objects.filter(manager=None).count() == 1
            assert WorkflowRun.objects.count() == 120
            assert TransitionLog.objects.count() == 120
            waiting = Task.objects.filter(state="waiting")
            assert waiting.filter(step="manager_review").count() == 39, "1 to 19 and 100 to 119"
            assert not waiting.filter(assignee=None).exists()


@pytest.mark.django_db
def test_goes_on_where_it_was_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale, "BATCH", 50)
    fill(Scale(1, 24, 70), password="known")
    first = {run.number: run.id for run in _runs("org001")}
    ticks: list[int] = []
    fill(TINY, password="known", tick=ticks.append)
    again = {run.number: run.id for run in _runs("org001")}
    assert again.items() > first.items()
    assert ticks == [70, 50, 0, 50, 50, 20]
    fill(TINY, password="known")
    assert {run.number: run.id for run in _runs("org001")} == again


@pytest.mark.django_db
def test_one_person_may_have_a_full_inbox() -> None:
    one = scale.fill_organisation("org009", 24, "!")
    with organisation_scope(one.organisation_id):
        boss = Membership.objects.get(name="Person 2")
    scale.fill_requests(one, 100, open_percent=100, heavy=boss.id)
    with organisation_scope(one.organisation_id):
        assert Task.objects.filter(assignee=boss, state="waiting").count() >= 50
        assert decide_count(boss) >= 50


@pytest.mark.django_db
def test_the_engine_goes_on_with_what_was_filled() -> None:
    one = scale.fill_organisation("org009", 24, "!")
    scale.fill_requests(one, 100)
    with organisation_scope(one.organisation_id):
        person = Membership.objects.select_related("organisation").get(name="Person 12")
        started = start_leave(WorkflowDefinition.objects.get(), person)
    assert started.number == 101


def test_the_command_fills_and_analyses(
    committed_db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEMO = True
    monkeypatch.setitem(SCALES, "small", TINY)
    said = StringIO()
    call_command("demo", "--scale", "small", stdout=said)
    assert said.getvalue() == "org001 to org002: p1@org001.example (tenant admin) to p24@org002.example\n"
    client = Client(headers={"host": f"org001.{settings.DOMAIN}"})
    answer = client.post("/login/", {"email": "p1@org001.example", "password": settings.DEMO_PASSWORD})
    assert answer.status_code == 302


def _runs(slug: str) -> list[WorkflowRun]:
    organisation = Organisation.objects.get(slug=slug)
    with organisation_scope(organisation.id):
        return list(WorkflowRun.objects.all())
