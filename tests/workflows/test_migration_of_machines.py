"""Requests at automatic steps stay on their version until the machine is done, also where it has failed."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from tests.cast import Acme
from tests.factories.branches import contract, decide_at, open_steps, tokens_of
from tests.factories.machines import document, publish_node, task_at, work
from tests.factories.workflows import publish, run_of
from workflows.models import WorkflowDefinition
from workflows.services.definitions import definition_import, definition_publish
from workflows.services.machine_care import step_skip
from workflows.services.migration import MigrationResult, migration_apply, migration_rehearse
from workflows.services.runs import run_start

BROKEN = {"kind": "formula", "params": {"values": {"a": "1 / (record.amount - 5000)"}}}
RENAMED = {"money": "payment"}
FAILED = "At “Money” an automatic step has failed. Have it tried again or skip it on the request's page, then move the request."


@pytest.fixture
def inside(acme: Acme) -> Iterator[Acme]:
    with acme.scope():
        yield acme


def paid_by_machine() -> dict[str, Any]:
    """The branch "money" is a machine's."""
    raw = contract()
    graph = raw["graph"]
    money = next(step for step in graph["steps"] if step["key"] == "money")
    money.pop("assignee")
    money |= {"kind": "auto", "node": BROKEN}
    graph["transitions"] = [way for way in graph["transitions"] if way["from"] != "money" or way["to"] == "meet"]
    return raw


def half_failed(acme: Acme) -> tuple[WorkflowDefinition, UUID]:
    """A request with Hema at "law" whose automatic step in the other branch has failed; a newer version renames that step."""
    definition = publish(paid_by_machine(), acme.omar)
    started = run_start(definition_id=definition.id, actor=acme.asha, data={"amount": 5000}, assignee=acme.ravi.id)
    decide_at(started.run_id, "check", acme.ravi, "Split", assignees={"law": acme.hema.id})
    work(acme.organisation.id)
    renamed = paid_by_machine()
    for one in (*renamed["graph"]["steps"], *renamed["graph"]["transitions"]):
        one |= {part: "payment" for part in ("key", "from", "to") if one.get(part) == "money"}
    publish_again(acme, definition, renamed)
    return definition, started.run_id


def publish_again(acme: Acme, definition: WorkflowDefinition, raw: dict[str, Any]) -> None:
    definition_import(actor=acme.omar, document=raw, definition_id=definition.id)
    definition_publish(definition_id=definition.id, actor=acme.omar)


def moved(acme: Acme, definition: WorkflowDefinition, run_id: UUID, **steps: str) -> MigrationResult:
    [found] = migration_apply(definition_id=definition.id, actor=acme.omar, run_ids=[run_id], steps=steps)
    return found


@pytest.mark.parametrize("steps", [{}, RENAMED, {"money": "law"}], ids=["no map", "renamed", "to a person"])
def test_a_branch_whose_machine_has_failed_keeps_the_request(inside: Acme, steps: dict[str, str]) -> None:
    definition, run_id = half_failed(inside)
    [row] = migration_rehearse(definition_id=definition.id, actor=inside.omar, steps=steps).rows
    assert row.judgement.blocked == (FAILED,)
    found = moved(inside, definition, run_id, **steps)
    assert (found.moved, found.why, run_of(run_id).version.number) == (False, FAILED, 1)
    decide_at(run_id, "law", inside.hema, "Meet")
    assert {token["step"] for token in tokens_of(run_id)} == {"money", "meet"}


def test_once_it_is_skipped_the_request_moves(inside: Acme) -> None:
    definition, run_id = half_failed(inside)
    step_skip(task_id=task_at(run_id, "money").id, actor=inside.tess, reason="Paid by hand")
    assert moved(inside, definition, run_id).moved
    decide_at(run_id, "law", inside.hema, "Meet")
    assert open_steps(run_id) == {"sign"}


@pytest.mark.parametrize(("total", "words"), [(1, "under way"), (0, "has failed")], ids=["waits", "failed"])
def test_a_request_that_only_a_machine_has_is_told_too(inside: Acme, total: int, words: str) -> None:
    divides = {"kind": "formula", "params": {"values": {"a": "1 / record.total"}}}
    node = divides if total == 0 else {"kind": "wait"}
    definition = publish_node(inside.omar, node)
    run_id = run_start(definition_id=definition.id, actor=inside.asha, data={"reason": "x", "total": total}).run_id
    work(inside.organisation.id)
    publish_again(inside, definition, document(node, description="Newer"))
    rehearsed = migration_rehearse(definition_id=definition.id, actor=inside.omar)
    [row] = rehearsed.rows
    assert (rehearsed.total, rehearsed.blocked, words in row.judgement.blocked[0]) == (1, 1, True)
    found = moved(inside, definition, run_id, auto="review")
    assert (found.moved, words in found.why) == (False, True)
