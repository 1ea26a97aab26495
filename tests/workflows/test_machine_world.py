"""What automatic steps reach through their tools: secrets, databases, files, other systems; and the faces around them."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from accounts.tenancy.errors import Denied, Invalid
from forms_builder.models import Attachment
from tests.accounts.clients import program, signed_in
from tests.cast import Acme
from tests.factories.machines import machine_of, outcomes, publish_node, task_at, work
from tests.factories.workflows import run_of
from workflows.models import Secret
from workflows.nodes import egress
from workflows.nodes.base import NodeFailure
from workflows.nodes.egress import Answer, Call
from workflows.selectors.machines import callback_of, callback_url
from workflows.services import machine_tools
from workflows.services.machine_care import event_receive
from workflows.services.machine_tools import RunTools
from workflows.services.runs import run_start
from workflows.services.secrets import secret_delete, secret_save

TOLD = "tok-4711-abcdef"


@pytest.fixture
def inside(acme: Acme) -> Iterator[Acme]:
    with acme.scope():
        yield acme


def tools(acme: Acme, **more: Any) -> RunTools:
    given = {
        "organisation_id": acme.organisation.id,
        "organisation_slug": "acme",
        "time_zone": "Asia/Kolkata",
        "step": "auto",
    }
    return RunTools(
        **{**given, "run_id": acme.asha.id, "task_id": acme.asha.id, "round": 0, "timeout": 5, "data": {}, **more}
    )


def started(acme: Acme, node: dict[str, Any], **data: Any) -> Any:
    definition = publish_node(acme.omar, node)
    run_id = run_start(definition_id=definition.id, actor=acme.asha, data={"reason": "x", **data}).run_id
    work(acme.organisation.id)
    return run_id


def test_a_secret_is_sealed_sent_and_taken_out_of_answers(inside: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    secret_save(actor=inside.tess, name="bank", value=TOLD)
    row = Secret.objects.get()
    assert TOLD.encode() not in bytes(row.sealed)
    sent: list[Call] = []

    def echo(call: Call, gate: egress.Gate, seconds: float) -> Answer:
        sent.append(call)
        return Answer(200, {"content-type": "text/plain"}, call.headers["Authorization"].encode())

    monkeypatch.setattr(machine_tools, "send", echo)
    params = {"url": "https://bank.example/", "headers": {"Authorization": "Bearer {{ secret.bank }}"}}
    run_id = started(inside, {"kind": "call", "params": params})
    assert sent[0].headers["Authorization"] == f"Bearer {TOLD}"
    assert run_of(run_id).context["auto"]["body"] == "Bearer •••"
    assert TOLD not in json.dumps([entry.payload for entry in AuditEntry.objects.all()])
    secret_delete(actor=inside.tess, secret_id=row.id)
    assert "no secret called bank" in machine_of(started(inside, {"kind": "call", "params": params})).error


def sent_by(acme: Acme, monkeypatch: pytest.MonkeyPatch, params: dict[str, Any], answer: str = "", **data: Any) -> Call:
    """What a call with these settings sends, where the other side says that."""
    sent: list[Call] = []

    def taken(call: Call, gate: egress.Gate, seconds: float) -> Answer:
        sent.append(call)
        return Answer(200, {}, answer.encode())

    monkeypatch.setattr(machine_tools, "send", taken)
    run_id = started(acme, {"kind": "call", "params": params}, **data)
    assert outcomes(run_id) == ["done"]
    assert TOLD not in json.dumps(run_of(run_id).context)
    return sent[0]


def test_what_people_fill_in_names_no_secret(inside: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever writes the words of a secret's placeholder into a form has them sent as words."""
    secret_save(actor=inside.tess, name="bank", value=TOLD)
    params: dict[str, Any] = {
        "method": "POST",
        "url": "https://chat.example/{{ record.reason }}",
        "query": {"text": "{{ record.reason }}"},
        "headers": {"Authorization": "{{ secret.bank }}", "X-Text": "{{ record.reason }}"},
        "body": {"text": "{{ record.reason }}"},
    }
    call = sent_by(inside, monkeypatch, params, reason="{{ secret.bank }}")
    assert call.headers["Authorization"] == TOLD
    assert (json.loads(call.body), call.headers["X-Text"]) == ({"text": "{{ secret.bank }}"}, "{{ secret.bank }}")
    assert TOLD not in call.url


def test_a_secret_is_written_as_its_place_demands(inside: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    value = f'{TOLD} "&"'
    secret_save(actor=inside.tess, name="bank", value=value)
    secret_save(actor=inside.tess, name="hook", value="https://chat.example/hooks/1")
    params: dict[str, Any] = {
        "method": "POST",
        "url": "{{ secret.hook }}/{{ secret.bank }}",
        "query": {"key": "{{ secret.bank }}"},
        "body": {"key": "{{ secret.bank }}", "all": ["my {{ secret.bank }}"]},
    }
    call = sent_by(inside, monkeypatch, params, answer=f"{json.dumps(value)} {quote(value)}")
    assert call.url == f"https://chat.example/hooks/1/{quote(value)}?key={quote(value)}"
    assert json.loads(call.body) == {"key": value, "all": [f"my {value}"]}


def test_who_may_keep_secrets(inside: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Denied):
        secret_save(actor=inside.omar, name="bank", value=TOLD)
    with pytest.raises(Invalid) as refusal:
        secret_save(actor=inside.tess, name="1 bank", value="")
    assert set(refusal.value.fields) == {"name", "value"}
    monkeypatch.setenv("COUNTERSIGN_SECRET_ACME__PAY", "from outside")
    assert tools(inside)._secrets({"pay"}) == {"pay": "from outside"}
    with pytest.raises(NodeFailure):
        tools(inside, organisation_slug="globex")._secrets({"pay"})
    monkeypatch.setenv("COUNTERSIGN_SECRET_ACME__EU__PAY", "of acme--eu")
    assert tools(inside, organisation_slug="acme--eu")._secrets({"pay"}) == {"pay": "of acme--eu"}
    with pytest.raises(NodeFailure):
        tools(inside)._secrets({"eu__pay"})


def dsn() -> str:
    facts = connection.get_connection_params()
    names = {"dbname": "dbname", "user": "user", "password": "password", "host": "host", "port": "port"}
    return " ".join(f"{key}='{facts[name]}'" for key, name in names.items() if facts.get(name))


def test_a_query_reads_and_does_nothing_else(inside: Acme, settings: LazySettings) -> None:
    settings.NODES_SQL_CONNECTIONS = {"erp": {"dsn": dsn(), "organisations": ["acme"]}}
    ask = tools(inside).rows
    assert ask("erp", "SELECT %(n)s::int + g AS n FROM generate_series(1, 9) g", {"n": 1}, 2) == [{"n": 2}, {"n": 3}]
    for sql in (
        "DELETE FROM accounts_user", "SELECT 1; SELECT 2", "INSERT INTO x VALUES (1)", "SELECT 1 FROM nothing",
        "SELECT nextval('x')", "WITH d AS (DELETE FROM accounts_user RETURNING 1) SELECT * FROM d", "SELEC 1",
    ):  # fmt: skip
        with pytest.raises(NodeFailure, match="refuses"):
            ask("erp", sql, {}, 5)
    with pytest.raises(NodeFailure, match="too long"):
        tools(inside, timeout=0.2).rows("erp", "SELECT pg_sleep(3)", {}, 1)
    with pytest.raises(NodeFailure, match="no database connection"):
        tools(inside, organisation_slug="globex").rows("erp", "SELECT 1", {}, 1)
    error = machine_of(started(inside, {"kind": "query", "params": {"connection": "erp", "sql": "SELECT 1"}})).error
    assert "switched off" in error


def test_a_document_is_kept_in_the_form(inside: Acme) -> None:
    params = {"title": "Claim {{ run.number }}", "body": "For {{ requester.name }}", "into": "paper"}
    run_id = started(inside, {"kind": "document", "params": params})
    made = Attachment.objects.get(run_id=run_id)
    assert (made.field, made.uploaded_by_id, made.content_type) == ("paper", None, "application/pdf")
    assert run_of(run_id).data["paper"] == [str(made.id)]


def test_another_system_wakes_a_step_once(inside: Acme) -> None:
    run_id = started(inside, {"kind": "wait", "save": {"total": "amount"}})
    path = "/" + callback_url(inside.organisation, run_id, "auto", 0).split("/", 3)[3]
    client = Client()
    assert (client.get(path).status_code, client.head(path).status_code) == (200, 200)
    assert outcomes(run_id) == ["paused"]
    assert client.post(path, "{", content_type="application/json").status_code == 422
    assert client.post(path, {"amount": 12}, content_type="application/json").status_code == 202
    assert client.post(path, {"amount": 13}, content_type="application/json").status_code == 409
    work(inside.organisation.id)
    assert (outcomes(run_id), run_of(run_id).data["total"]) == (["paused", "done"], "12.00")
    assert client.post(path).status_code == 409
    assert client.get(path[:-2] + "x/").status_code == 404


def test_what_comes_in_locks_its_request_alone(inside: Acme) -> None:
    """Neither the workflow nor the requester, whom everything else refers to."""
    run_id = started(inside, {"kind": "wait"})
    found = callback_of(callback_url(inside.organisation, run_id, "auto", 0).rstrip("/").rsplit("/", 1)[1])
    assert found is not None
    with CaptureQueriesContext(connection) as made:
        event_receive(callback=found, payload={})
    (locking,) = (one["sql"] for one in made if "FOR UPDATE" in one["sql"])
    assert locking.endswith('FOR UPDATE OF "workflows_workflowrun"')


def test_what_comes_too_early_is_kept(inside: Acme) -> None:
    definition = publish_node(inside.omar, {"kind": "wait", "params": {"within": "2h"}})
    run_id = run_start(definition_id=definition.id, actor=inside.asha, data={"reason": "x"}).run_id
    path = "/" + callback_url(inside.organisation, run_id, "auto", 0).split("/", 3)[3]
    assert Client().post(path).status_code == 202
    work(inside.organisation.id)
    assert outcomes(run_id) == ["done"]


def test_pages_and_rest_of_a_failed_step(inside: Acme) -> None:
    run_id = started(inside, {"kind": "formula", "params": {"values": {"a": "1 / record.total"}}}, total=0)
    task_id = task_at(run_id, "auto").id
    seen = signed_in(inside.asha).get(f"/requests/{run_id}/").content.decode()
    assert "could not be done" in seen
    assert "divides by nothing" not in seen
    tess, rest = signed_in(inside.tess), program(inside.tess)
    assert "divides by nothing" in tess.get(f"/requests/{run_id}/").content.decode()
    assert "Machine work" in tess.get("/machine-steps/").content.decode()
    refused = tess.post(f"/machine-steps/{task_id}/retry/", {"reason": "Mended", "params": "{"})
    assert refused.status_code == 422
    row = rest.get(f"/api/v1/machine-steps/{task_id}/").json()
    assert (row["waits_for_admin"], row["attempts"][0]["outcome"]) == (True, "failed")
    mended = {"reason": "Mended", "params": {"values": {"a": "1"}}}
    answer = rest.post(f"/api/v1/machine-steps/{task_id}/retry/", mended, content_type="application/json")
    assert answer.status_code == 200
    work(inside.organisation.id)
    assert run_of(run_id).context["auto"] == {"a": 1}
