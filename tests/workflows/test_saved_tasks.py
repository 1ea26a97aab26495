"""Saved tasks as steps of a workflow: what may be said anew, what is pinned, links in a row, and when one breaks off."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from accounts.models import AuditEntry
from accounts.tenancy.errors import Invalid
from tests.cast import Acme
from tests.factories.machines import document, let_time_pass, machine_of, outcomes, publish_node, task_at, work
from tests.factories.workflows import run_of
from workflows.graph.definition import DefinitionDocument
from workflows.models import ConfiguredTask, MachineStep, TaskAttempt, WorkflowDefinition, WorkflowVersion
from workflows.selectors.machines import callback_of
from workflows.selectors.palette import palette_of
from workflows.services import machine_work
from workflows.services.configured_tasks import configured_task_delete, configured_task_save
from workflows.services.definition_problems import problems_of
from workflows.services.definitions import DefinitionInvalid, definition_export, definition_import, definition_publish
from workflows.services.machine_care import event_receive, step_retry
from workflows.services.runs import run_start

LINKS: list[dict[str, Any]] = [
    {"key": "net", "name": "Net", "kind": "formula", "params": {"values": {"amount": "record.total - 10"}}},
    {"key": "rest", "name": "Rest", "kind": "delay", "params": {"for": "2h"}},
    {
        "key": "tax",
        "name": "Tax",
        "kind": "set_fields",
        "params": {"values": {"tax": "{{ link.net.amount }}", "reason": "{{ previous.until }}"}},
    },
]
PARAMETERS: list[dict[str, Any]] = [
    {"name": "formula", "label": "Net amount", "link": "net", "path": "values.amount"},
    {"name": "how_long", "label": "How long", "link": "rest", "path": "for", "required": True},
]


@pytest.fixture(autouse=True)
def in_acme(acme: Acme) -> Iterator[None]:
    with acme.scope():
        yield


def save(acme: Acme, **more: Any) -> ConfiguredTask:
    given = {"name": "Net and tax", "nodes": LINKS, "parameters": PARAMETERS} | more
    return configured_task_save(actor=acme.omar, **given)


def node(**params: Any) -> dict[str, Any]:
    return {"kind": "saved", "task": "net_and_tax", "params": {"how_long": "1h", **params}}


def start(acme: Acme, definition: WorkflowDefinition) -> UUID:
    data = {"reason": "Desk", "total": 100}
    return run_start(definition_id=definition.id, actor=acme.asha, data=data).run_id


def links_tried(run_id: UUID) -> list[tuple[int, str]]:
    rows = TaskAttempt.objects.filter(machine_step__run_id=run_id).order_by("number")
    return list(rows.values_list("link", "outcome"))


def codes(acme: Acme, node: dict[str, Any]) -> dict[str, str]:
    content = DefinitionDocument.load(document(node))
    found = problems_of(acme.organisation.id, content.graph, content.form)
    return {one.code: one.place for one in found if "rule" not in one.code}


def test_links_are_done_in_a_row_as_one_step(acme: Acme) -> None:
    save(acme)
    run_id = start(acme, publish_node(acme.omar, node(formula="record.total - 1")))
    assert work(acme.organisation.id) == 2
    row = machine_of(run_id)
    assert (row.link, row.waits, task_at(run_id, "auto").state, run_of(run_id).context) == (1, True, "running", {})
    MachineStep.objects.update(next_at=row.opened_at, paused_until=row.opened_at)
    assert work(acme.organisation.id) == 2
    run = run_of(run_id)
    # What the second link has found is what was before the third; the answer of the last one is the step's.
    assert (run.data["tax"], run.data["reason"][:4], set(run.context["auto"])) == ("99.00", "2026", {"tax", "reason"})
    assert links_tried(run_id) == [(0, "done"), (1, "paused"), (1, "done"), (2, "done")]
    assert len(set(TaskAttempt.objects.values_list("key", flat=True))) == 3, "each link is known by a key of its own"
    assert task_at(run_id, "review").state == "waiting"
    steps = AuditEntry.objects.filter(kind="task.link_done").order_by("at").values_list("payload__link", flat=True)
    assert list(steps) == ["Net", "Rest"]


def test_a_version_keeps_what_it_took_over(acme: Acme) -> None:
    saved = save(acme)
    definition = publish_node(acme.omar, node())
    open_one = start(acme, definition)
    changed = [LINKS[0] | {"params": {"values": {"amount": "0"}}}, *LINKS[1:]]
    assert save(acme, task_id=saved.id, nodes=changed).edition == 2
    assert save(acme, task_id=saved.id, nodes=changed, name="Other words").edition == 2
    configured_task_delete(actor=acme.omar, task_id=saved.id)
    for run_id in (open_one, start(acme, definition)):
        work(acme.organisation.id)
        assert TaskAttempt.objects.get(machine_step__run_id=run_id, link=0).result == {"amount": 90}


def test_a_killed_worker_costs_an_attempt_of_its_link(acme: Acme) -> None:
    save(acme, nodes=[LINKS[0], {"key": "tax", "kind": "set_fields", "params": {"values": {"tax": 7}}}], parameters=[])
    run_id = start(acme, publish_node(acme.omar, {"kind": "saved", "task": "net_and_tax"}))
    here = acme.organisation.id
    machine_work.work_once(here)
    row = machine_work._next(here)
    assert row is not None
    machine_work._claim(row)  # and killed
    assert work(here) == 0, "the lease holds"
    let_time_pass(run_id)
    assert work(here) == 1
    assert links_tried(run_id) == [(0, "done"), (1, "crashed"), (1, "done")]
    assert run_of(run_id).data["tax"] == "7.00"


def test_a_failure_names_its_link_and_is_mended_there(acme: Acme) -> None:
    broken = {"key": "half", "name": "Half", "kind": "formula", "params": {"values": {"half": "1 / 0"}}}
    save(
        acme,
        nodes=[LINKS[0], broken | {"retry": {"count": 1}}, LINKS[2] | {"params": {"values": {"tax": 1}}}],
        parameters=[],
    )
    run_id = start(acme, publish_node(acme.omar, {"kind": "saved", "task": "net_and_tax"}))
    work(acme.organisation.id)
    row = machine_of(run_id)
    assert row.error.startswith("Half (2 of 3): ")
    assert AuditEntry.objects.get(kind="task.failed").payload["why"].startswith("Half (2 of 3): ")
    settings = {"values": {"half": "link.net.amount / 2"}}
    step_retry(task_id=row.task_id, actor=acme.tess, reason="By two", params=settings)
    work(acme.organisation.id)
    assert links_tried(run_id) == [(0, "done"), (1, "failed"), (1, "done"), (2, "done")]
    assert (task_at(run_id, "auto").state, machine_of(run_id).params) == ("success", None)


def test_what_publishing_says_of_saved_tasks(acme: Acme) -> None:
    assert codes(acme, node()) == {"saved-task-missing": "steps.1.node.task"}
    assert codes(acme, {"kind": "saved"}) == {"no-saved-task": "steps.1.node.task"}
    saved = save(acme)
    assert codes(acme, node()) == {}
    at = "steps.1.node.params."
    assert codes(acme, node() | {"params": {"more": 1}}) == {
        "unknown-parameter": f"{at}more",
        "parameter-missing": f"{at}how_long",
    }
    assert codes(acme, node(formula="nope + 1")) == {"bad-node-params": f"{at}formula"}
    definition = publish_node(acme.omar, node())
    taken = WorkflowVersion.objects.get(definition=definition).graph["steps"][1]["node"]
    assert codes(acme, taken) == {}
    save(acme, task_id=saved.id, nodes=LINKS[:2], parameters=PARAMETERS)
    assert codes(acme, taken) == {"saved-task-changed": "steps.1.node.task"}
    configured_task_delete(actor=acme.omar, task_id=saved.id)
    assert codes(acme, taken) == {"saved-task-gone": "steps.1.node.task"}
    with pytest.raises(DefinitionInvalid):
        publish_node(acme.omar, node(), name="Too late")


@pytest.mark.parametrize("kind", ["wait", "chain"])
def test_what_is_answered_by_step_is_imported_once(acme: Acme, kind: str) -> None:
    """A document brings its saved tasks along, whoever has put them together: the second would take the answer of the first."""
    params = {"workflow": "leave-application"} if kind == "chain" else {}
    links = [{"key": key, "kind": kind, "params": params} for key in ("a", "b")]
    made = {"kind": "saved", "task": "two", "params": {}, "pinned": {"name": "Two", "links": links}}
    assert codes(acme, made)["link-not-alone"] == "steps.1.node.task"


def test_it_travels_with_the_workflow(acme: Acme) -> None:
    saved = save(acme)
    draft = definition_import(actor=acme.omar, document=document(node())).definition
    exported = definition_export(definition_id=draft.id, actor=acme.omar)
    configured_task_delete(actor=acme.omar, task_id=saved.id)
    there = definition_import(actor=acme.omar, document=exported | {"name": "Elsewhere"})
    assert {one.code for one in there.problems if one.level == "warns"} >= {"saved-task-gone"}
    definition_publish(definition_id=there.definition.id, actor=acme.omar)
    run_id = start(acme, there.definition)
    work(acme.organisation.id)
    assert outcomes(run_id) == ["done", "paused"]


def test_what_cannot_be_saved(acme: Acme) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"nodes": []}, "nodes"),
        ({"nodes": [{"kind": "saved", "params": {}}]}, "nodes.0.kind"),
        ({"nodes": [LINKS[0], LINKS[0]]}, "nodes.0.key"),
        ({"nodes": [{"kind": "wait"}, {"kind": "wait"}]}, "nodes.0.kind"),
        ({"nodes": [{"kind": "delay", "on_failure": "x"}]}, "nodes.0.on_failure"),
        ({"parameters": [PARAMETERS[0] | {"link": "none"}]}, "parameters.0.link"),
        ({"parameters": [PARAMETERS[0] | {"path": "nothing"}]}, "parameters.0.path"),
        ({"parameters": [PARAMETERS[0], PARAMETERS[0]]}, "parameters.0.name"),
        ({"key": "Not A Key"}, "key"),
    ]
    for given, place in wrong:
        with pytest.raises(Invalid) as refusal:
            save(acme, **given)
        assert place in refusal.value.fields, refusal.value.fields
    assert [save(acme, name=f"Same {sign}").key for sign in "!?"] == ["same", "same_2"]


def test_the_palette_offers_kinds_and_saved_tasks(acme: Acme) -> None:
    save(acme)
    palette = palette_of(acme.organisation.id)
    first, shipped = palette.saved[0], {one.key: one for one in palette.saved if one.is_shipped}
    assert (first.key, first.links, first.node) == (
        "net_and_tax",
        ("Net", "Rest", "Tax"),
        {"kind": "saved", "task": "net_and_tax"},
    )
    assert [(one.name, one.default, one.required) for one in first.settings] == [
        ("formula", "record.total - 10", False),
        ("how_long", "2h", True),
    ]
    assert [one.schema["type"] for one in first.settings] == ["string", "string"]
    assert {"shipped/ask_a_system", "shipped/working_days", "shipped/tell_and_wait"} == set(shipped)
    assert palette.entry({"kind": "delay"}) in palette.kinds
    for one in shipped.values():
        said = {"url": "https://example.org"} if "ask" in one.key else {}
        assert codes(acme, dict(one.node) | {"params": said}) == {}


def test_a_shipped_one_waits_for_the_answer_of_another_system(acme: Acme) -> None:
    parts = {"kind": "saved", "task": "shipped/tell_and_wait", "params": {"how_long": "4h", "subject": "Soon"}}
    run_id = start(acme, publish_node(acme.omar, parts))
    work(acme.organisation.id)
    assert AuditEntry.objects.get(kind="task.noticed").payload["subject"] == "Soon"
    waiting = [{"kind": "formula", "params": {"values": {"where": "callback.this"}}}, {"kind": "wait"}]
    save(acme, name="Ask", nodes=waiting, parameters=[])
    run_id = start(acme, publish_node(acme.omar, {"kind": "saved", "task": "ask"}, name="Asking"))
    work(acme.organisation.id)
    address = TaskAttempt.objects.get(machine_step__run_id=run_id, link=0).result["where"]
    callback = callback_of(address.rstrip("/").rpartition("/")[2])
    assert callback is not None
    event_receive(callback=callback, payload={"ok": True})
    work(acme.organisation.id)
    assert run_of(run_id).context["auto"] == {"ok": True}
