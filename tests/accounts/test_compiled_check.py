"""Checks that the server keeps compiled: made, changed and taken away with their tables, and refusing what they must."""

from typing import Any

import pytest
from django.db import IntegrityError, connections, models, transaction
from django.test.utils import isolate_apps
from django.utils import timezone

from accounts.tenancy.constraints import CompiledCheck
from accounts.tenancy.scope import organisation_scope
from tests.cast import Acme
from tests.factories.notifications import make_run, open_task
from workflows.models import LogKind, Task, TransitionLog, WorkflowRun


def functions(cursor: Any) -> list[str]:
    cursor.execute("SELECT proname FROM pg_proc WHERE proname LIKE 'lamp_%'")
    return sorted(name for (name,) in cursor.fetchall())


@pytest.mark.django_db(databases=["default", "owner"])
@isolate_apps()
def test_it_comes_and_goes_with_its_function() -> None:
    colours = CompiledCheck(condition=models.Q(colour__in=["red", "green"]), name="lamp_colour")
    bright = CompiledCheck(condition=models.Q(watts__gt=5) | models.Q(colour="red"), name="lamp_bright")

    class Lamp(models.Model):
        colour = models.CharField(max_length=10)
        watts = models.IntegerField(db_column="power", null=True)

        class Meta:
            app_label = "workflows"
            constraints = (colours,)

    with connections["owner"].schema_editor() as editor, connections["owner"].cursor() as cursor:

        def add(colour: str, watts: int | None) -> None:
            with transaction.atomic(using="owner"):
                cursor.execute("INSERT INTO workflows_lamp (colour, power) VALUES (%s, %s)", [colour, watts])

        editor.create_model(Lamp)
        editor.add_constraint(Lamp, bright)
        assert functions(cursor) == ["lamp_bright", "lamp_colour"]
        for colour, watts in (("red", 1), ("green", 6), ("green", None)):
            add(colour, watts)
        with pytest.raises(IntegrityError, match="lamp_colour"):
            add("blue", 9)
        with pytest.raises(IntegrityError, match="lamp_bright"):
            add("green", 5)
        editor.remove_constraint(Lamp, bright)
        add("green", 5)
        editor.remove_constraint(Lamp, colours)
        add("blue", 9)
        assert functions(cursor) == []


WRONG: tuple[tuple[str, type[models.Model], dict[str, Any]], ...] = (
    ("task_is_consistent", Task, {"completed_at": timezone.now()}),
    ("task_is_consistent", Task, {"completed_by_id": models.F("assignee_id")}),
    ("task_is_consistent", Task, {"state": "guessed"}),
    ("task_is_consistent", Task, {"unassigned": True}),
    ("workflowrun_finished_at", WorkflowRun, {"finished_at": timezone.now()}),
    ("workflowrun_finished_at", WorkflowRun, {"status": "completed"}),
    ("workflowrun_finished_at", WorkflowRun, {"status": "guessed"}),
)


@pytest.mark.parametrize(("name", "model", "values"), WRONG)
def test_the_rows_of_a_decision_are_checked(
    acme: Acme, name: str, model: type[models.Model], values: dict[str, Any]
) -> None:
    with organisation_scope(acme.organisation.id):
        open_task(make_run(acme.asha), acme.farid)
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            model._default_manager.update(**values)


def test_the_history_knows_its_kinds(acme: Acme) -> None:
    with organisation_scope(acme.organisation.id):
        run = make_run(acme.asha)
        for seq, kind in enumerate(LogKind.values, start=1):
            entry(run, seq, kind)
        with pytest.raises(IntegrityError, match="transitionlog_kind"), transaction.atomic():
            entry(run, len(LogKind.values) + 1, "guessed")


def entry(run: WorkflowRun, seq: int, kind: str) -> None:
    TransitionLog.objects.create(organisation_id=run.organisation_id, run=run, seq=seq, kind=kind, at=timezone.now())


def test_an_ordinary_check_is_another_constraint() -> None:
    condition = models.Q(kind="moved")
    compiled = CompiledCheck(condition=condition, name="one")
    assert compiled == CompiledCheck(condition=condition, name="one")
    assert compiled != models.CheckConstraint(condition=condition, name="one")
    assert models.CheckConstraint(condition=condition, name="one") != compiled
    assert compiled != CompiledCheck(condition=models.Q(kind="told"), name="one")
