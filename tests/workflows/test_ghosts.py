"""A value that a later step makes invisible decides nothing any more, whether a person or a machine answers there."""

from typing import Any

import pytest

from tests.cast import Acme
from tests.factories.machines import RULE, work
from tests.factories.workflows import MONDAY, decide, publish, run_of
from workflows.models import Task
from workflows.services.runs import run_start

KIND = {
    "name": "kind",
    "type": "text",
    "label": "Kind",
    "access": {"apply": "write", "check": "write", "review": "read"},
}
CLIENT = {
    "name": "client",
    "type": "text",
    "label": "Client",
    "access": {"apply": "write", "review": "read"},
    "visible_when": {"field": "form.kind", "op": "eq", "value": "trip"},
}
PEOPLE = {"rule": RULE, "mode": "any", "fallback": ["workflow_owner"]}
MACHINE = {"kind": "auto", "node": {"kind": "set_fields", "params": {"values": {"kind": "home"}}}}


def document(check: dict[str, Any]) -> dict[str, Any]:
    """Apply, then Check, then Review where a client is named, else the end."""
    steps = [
        {"key": "apply", "name": "Apply", "kind": "start"},
        {"key": "check", "name": "Check", **check},
        {"key": "which", "name": "Which", "kind": "noop"},
        {"key": "review", "name": "Review", "kind": "task", "assignee": PEOPLE},
        {"key": "done", "name": "Done", "kind": "end"},
    ]
    ways = [
        {"key": "a", "from": "apply", "to": "check"},
        {"key": "b", "from": "check", "to": "which"},
        {"key": "c", "from": "which", "to": "review", "condition": {"field": "record.client", "op": "is_set"}},
        {"key": "d", "from": "which", "to": "done", "otherwise": True},
        {"key": "e", "from": "review", "to": "done"},
    ]
    graph = {"schema_version": 1, "steps": steps, "transitions": ways}
    return {
        "schema_version": 1,
        "name": "Trips",
        "form": {"schema_version": 1, "fields": [KIND, CLIENT]},
        "graph": graph,
    }


@pytest.mark.parametrize("check", [{"kind": "task", "assignee": PEOPLE}, MACHINE], ids=["person", "machine"])
def test_what_a_later_step_makes_invisible_decides_no_way(acme: Acme, check: dict[str, Any]) -> None:
    with acme.scope():
        definition = publish(document(check), acme.omar)
        data = {"kind": "trip", "client": "Globex"}
        run_id = run_start(definition_id=definition.id, actor=acme.asha, data=data, at=MONDAY).run_id
        if check is MACHINE:
            work(acme.organisation.id)
        else:
            decide(run_id, acme.farid, "Which", data={"kind": "home"})
        run = run_of(run_id)
        assert (run.data["client"], run.status) == (None, "completed")
        assert not Task.objects.filter(run_id=run_id, step="review").exists()
