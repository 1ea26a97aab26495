"""A new version is published while somebody fills in the form of the one before."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cast import Acme
from tests.factories.workflows import start_leave
from tests.workflows.views.story import LEAVE, START, hidden, install, load, send, signed_in, text
from workflows.library import library_item
from workflows.models import WorkflowDefinition, WorkflowRun
from workflows.services.definitions import definition_import, definition_publish, definition_retire
from workflows.services.runs import RunResult, VersionMoved, run_start
from workflows.views import start

SENT = LEAVE | {"transition": "Manager review"}
Edit = Callable[[dict[str, Any]], None]


def renamed(raw: dict[str, Any]) -> None:
    """Asks for the reason under another name."""
    raw["form"]["fields"][2] |= {"name": "why", "label": "Why"}
    raw["form"]["layout"][0]["children"][1]["name"] = "why"


def unseen(raw: dict[str, Any]) -> None:
    """Changes nothing that the form shows."""
    raw["graph"]["steps"][1]["description"] = "Judge it."


def publish_again(acme: Acme, definition: WorkflowDefinition, edit: Edit) -> None:
    raw = library_item("leave_application").model_dump(mode="json", by_alias=True, exclude_unset=True)
    edit(raw)
    with acme.scope():
        definition_import(actor=acme.omar, document=raw, definition_id=definition.id)
        definition_publish(definition_id=definition.id, actor=acme.omar)


def requests(acme: Acme) -> int:
    with acme.scope():
        return WorkflowRun.objects.count()


@pytest.mark.django_db
def test_who_filled_in_another_form_sees_the_new_one_with_what_they_typed(acme: Acme) -> None:
    definition, asha = install(acme), signed_in(acme.asha)
    seen = hidden(load(asha, START))
    publish_again(acme, definition, renamed)
    answer = send(asha, START, **SENT, **seen, comment="Soon, please")
    assert answer.status_code == 409
    assert "has a new version" in text(answer)
    assert answer.context["gone"] == [("Reason", "Family")]
    assert answer.context["form"].problem_list == []
    assert all(f'value="{LEAVE[one]}"' in text(answer) for one in ("from", "to"))
    assert "Soon, please" in text(answer)
    assert requests(acme) == 0
    fresh = hidden(answer)
    assert fresh["idempotency_key"] == seen["idempotency_key"]
    assert fresh["shown"] != seen["shown"]
    assert send(asha, START, **SENT, **fresh, why="Family").status_code == 302
    assert requests(acme) == 1


@pytest.mark.django_db
def test_drawing_the_form_again_does_not_pass_the_change_by(acme: Acme) -> None:
    definition, asha = install(acme), signed_in(acme.asha)
    seen = hidden(load(asha, START))
    publish_again(acme, definition, renamed)
    assert send(asha, START, **SENT, **seen, redraw="reason").status_code == 409


@pytest.mark.django_db
def test_a_version_with_the_same_form_is_started_at_once(acme: Acme) -> None:
    definition, asha = install(acme), signed_in(acme.asha)
    seen = hidden(load(asha, START))
    publish_again(acme, definition, unseen)
    assert send(asha, START, **SENT, **seen).status_code == 302


@pytest.mark.django_db
def test_a_version_that_is_none_of_this_workflow_is_not_looked_at(acme: Acme) -> None:
    install(acme)
    other, asha = install(acme, "claim_expense"), signed_in(acme.asha)
    for shown in (str(other.published_version_id), "x"):
        assert send(asha, START, **SENT, shown=shown).status_code == 302


@pytest.mark.django_db
def test_what_is_published_between_the_look_and_the_start_is_not_started(acme: Acme) -> None:
    definition = install(acme)
    publish_again(acme, definition, unseen)
    with acme.scope(), pytest.raises(VersionMoved):
        start_leave(definition, acme.asha, version_id=definition.published_version_id)
    assert requests(acme) == 0


@pytest.mark.django_db
def test_what_is_published_after_the_look_is_shown_with_what_is_gone(
    acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    definition, asha = install(acme), signed_in(acme.asha)
    seen = hidden(load(asha, START))

    def too_late(**given: Any) -> RunResult:
        publish_again(acme, definition, renamed)
        return run_start(**given)

    monkeypatch.setattr(start, "run_start", too_late)
    answer = send(asha, START, **SENT, **seen)
    assert answer.status_code == 409
    assert answer.context["gone"] == [("Reason", "Family")]
    assert "Why" in text(answer)
    assert requests(acme) == 0


@pytest.mark.django_db
def test_what_is_retired_after_the_look_gives_back_what_was_typed(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    definition, asha = install(acme), signed_in(acme.asha)
    seen = hidden(load(asha, START))

    def too_late(**_: Any) -> RunResult:
        with acme.scope():
            definition_retire(definition_id=definition.id, actor=acme.omar)
        raise VersionMoved

    monkeypatch.setattr(start, "run_start", too_late)
    answer = send(asha, START, **SENT, **seen)
    assert answer.status_code == 404
    assert "Family" in text(answer)
