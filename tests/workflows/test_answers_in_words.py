"""What people read of answers in texts of automatic steps is what the pages call them; machines get what is stored."""

import json
from typing import Any
from uuid import UUID

import pytest
from django.core.files.storage import default_storage

from accounts.models import Department
from forms_builder.models import Attachment
from forms_builder.services.attachments import attachment_add
from notifications.models import InboxItem
from notifications.outbox import relay
from tests.cast import Acme
from tests.factories.forms_builder import upload
from tests.factories.machines import document, work
from tests.factories.outside import CLIENT, link_row, mails_to, offer_document
from tests.factories.workflows import publish, run_of
from tests.forms_builder.test_pictures import jpeg
from tests.workflows.nodes.bench import FakeTools, run
from tests.workflows.nodes.bench import work as work_of
from workflows.models import MachineStep
from workflows.nodes.egress import Answer, Call, Gate
from workflows.selectors.drafts import access_draft
from workflows.services import machine_tools
from workflows.services.definitions import DefinitionInvalid, definition_import
from workflows.services.node_trial import node_trial, sample_paths
from workflows.services.runs import run_start

pytestmark = pytest.mark.django_db
KINDS = [{"value": "k1", "label": "Spare part"}, {"value": "k2", "label": "Tool"}]
ACCESS = {"apply": "write", "auto": "read", "review": "read"}
PEOPLE, DEPARTMENTS = {"source": "people"}, {"source": "departments"}


def field(name: str, type_: str, **more: Any) -> dict[str, Any]:
    return {"type": type_, "name": name, "label": name.capitalize(), "access": ACCESS} | more


FIELDS = [
    field("reason", "text"),
    field("approver", "user"),
    field("payer", "department"),
    field("kind", "choice", choices=KINDS),
    field("kinds", "multi_choice", choices=KINDS),
    field("team", "choice", choices=DEPARTMENTS),
    field("contact", "lookup", choices=PEOPLE),
    field("papers", "file"),
    field("photo", "photo"),
    field("days", "number", unit="days"),
    field("due", "date"),
    field("made", "file", access={"review": "read"}),
    field("own", "department", prefill="requester.department", access={"auto": "read"}),
    field("copy", "user", access={"review": "read"}),
    field(
        "lines", "table", columns=[
            {"type": "user", "name": "who", "label": "Who"},
            {"type": "multi_choice", "name": "kinds", "label": "Kinds", "choices": KINDS},
        ],
    ),
]  # fmt: skip
FORM = {"schema_version": 1, "fields": FIELDS}
IN_WORDS = {
    "approver": "Ravi",
    "payer": "Finance",
    "kind": "Tool",
    "kinds": "Spare part, Tool",
    "team": "HR",
    "contact": "Hema",
    "papers": "receipt.pdf, offer.pdf",
    "photo": "meter.jpg",
    "own": "Engineering",
}
LINES = [f"{name}: {words}." for name, words in IN_WORDS.items()]
ALL = "\n".join(f"{name}: {{{{ record.{name} }}}}." for name in IN_WORDS)


def answers(acme: Acme) -> dict[str, Any]:
    """Asha's. Needs the scope."""
    files = [upload("receipt.pdf"), upload("offer.pdf"), upload("meter.jpg", jpeg("home"))]
    receipt, offer, photo = (str(attachment_add(actor=acme.asha, upload=one).id) for one in files)
    return {
        "reason": "Desk",
        "approver": str(acme.ravi.id),
        "payer": str(acme.departments["FIN"].id),
        "kind": "k2",
        "kinds": ["k1", "k2"],
        "team": str(acme.departments["HR"].id),
        "contact": str(acme.hema.id),
        "papers": [receipt, offer],
        "photo": [photo],
        "days": 3,
        "due": "2025-10-06",
        "lines": [{"who": str(acme.meera.id), "kinds": ["k1", "k2"]}],
    }


def started(acme: Acme, *nodes: dict[str, Any]) -> UUID:
    """A request of Asha whose automatic steps, one after the other, have been done. Needs the scope."""
    made = document(nodes[0], form=FORM)
    graph = made["graph"]
    before = graph["transitions"][1]
    for number, node in enumerate(nodes[1:], 2):
        key = f"auto{number}"
        graph["steps"].append({"key": key, "name": f"Machine {number}", "kind": "auto", "node": node})
        graph["transitions"].append({"key": key, "from": key, "to": before["to"]})
        before["to"], before = key, graph["transitions"][-1]
    definition = publish(made, acme.omar)
    run_id = run_start(definition_id=definition.id, actor=acme.asha, data=answers(acme)).run_id
    work(acme.organisation.id)
    assert "".join(MachineStep.objects.filter(run_id=run_id).values_list("error", flat=True)) == ""
    return run_id


def notify(text: str, subject: str = "Hello") -> dict[str, Any]:
    return {"kind": "notify", "params": {"to": ["requester"], "subject": subject, "text": text}}


def told(acme: Acme) -> str:
    """What the step has told. Call outside of a scope."""
    relay()
    with acme.scope():
        found: str = InboxItem.objects.get(kind="task.noticed").body
    return found


def test_a_mail_says_what_the_pages_say(acme: Acme, settings: Any) -> None:
    with acme.scope():
        started(acme, notify(ALL, "For {{ record.approver }} of {{ record.payer }}"))
    (mail,) = [one for one in mails_to(settings, acme.asha.email) if "approver:" in one]
    assert [line for line in LINES if line not in mail] == []
    with acme.scope():
        assert InboxItem.objects.get(kind="task.noticed").title.startswith("For Ravi of Finance")


def test_what_points_to_nothing_reads_as_before_and_so_do_parts_and_rows(acme: Acme) -> None:
    paths = ("days", "due", "kinds.1", "lines.0.who", "copy", "lines")
    with acme.scope():
        started(acme, notify("/".join(f"{{{{ record.{path} }}}}" for path in paths)))
    assert told(acme) == '3/2025-10-06/Tool/Meera//[{"who": "Meera", "kinds": ["Spare part", "Tool"]}]'


def test_a_document_says_it_and_is_called_by_its_name_itself(acme: Acme) -> None:
    params = {
        "title": "For {{ record.approver }}",
        "file": "{{ record.payer }} {{ record.kind }}",
        "body": ALL,
        "rows": {"{{ record.team }}": "{{ record.kinds }}"},
        "into": "made",
    }
    with acme.scope():
        run_id = started(acme, {"kind": "document", "params": params}, notify("See {{ record.made }}"))
        row = Attachment.objects.get(run_id=run_id, field="made")
        with default_storage.open(row.key) as stored:
            tools = FakeTools(files={"made": (row.name, stored.read())})
    read = run("pdf", {"file": "made", "tables": True}, work_of(tools)).output
    assert [line for line in ("For Ravi", *LINES) if line not in read["text"]] == []
    assert read["tables"] == [[["HR", "Spare part, Tool"]]]
    assert told(acme) == "See Finance Tool.pdf"


def test_the_words_of_a_link_say_it(acme: Acme, settings: Any) -> None:
    params = {"approver": {"address": CLIENT}, "subject": "{{ record.payer }}", "text": ALL}
    with acme.scope():
        run_id = started(acme, {"kind": "approval", "params": params})
        assert link_row(run_id).subject == "Finance"
    (mail,) = mails_to(settings)
    assert [line for line in LINES if line not in mail] == []


def test_the_words_of_a_step_that_asks_outside_say_it(acme: Acme, settings: Any) -> None:
    made = offer_document(subject="For {{ record.approver }}", text=ALL)
    names = [one for one in FIELDS if one["name"] in IN_WORDS]
    read = [one | {"access": {"offer": "write", "client": "read"}} for one in names]
    # Filled in beforehand and never picked by anybody: its name is looked up.
    read[-1] = read[-1] | {"access": {"client": "read"}}
    made["form"]["fields"] += read
    with acme.scope():
        data = {name: value for name, value in answers(acme).items() if name in IN_WORDS}
        definition = publish(made, acme.omar)
        given = {"scope": "Bridge", "client_mail": CLIENT} | data
        run_id = run_start(definition_id=definition.id, actor=acme.asha, data=given).run_id
        assert link_row(run_id).subject == "For Ravi"
    (mail,) = mails_to(settings)
    assert [line for line in LINES if line not in mail] == []


def test_what_was_picked_keeps_the_name_that_it_had(acme: Acme) -> None:
    with acme.scope():
        definition = publish(document(notify("{{ record.payer }}!"), form=FORM), acme.omar)
        run_start(definition_id=definition.id, actor=acme.asha, data=answers(acme))
        Department.objects.filter(code="FIN").update(name="Money")
        work(acme.organisation.id)
    assert told(acme) == "Finance!"


def test_a_machine_gets_what_is_stored_unless_it_asks_for_what_is_shown(
    acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Call] = []

    def send(call: Call, gate: Gate, seconds: float) -> Answer:
        sent.append(call)
        return Answer(200, {}, b"")

    monkeypatch.setattr(machine_tools, "send", send)
    body = {"id": "{{ record.approver }}", "all": "{{ record.kinds }}", "text": "by {{ record.approver }}"}
    params = {
        "method": "POST",
        "url": "https://erp.example/{{ record.kind }}",
        "query": {"team": "{{ record.team }}"},
        "headers": {"X-Payer": "of {{ record.payer }}"},
        "body": body | {"name": "{{ shown.approver }}", "names": "{{ shown.kinds }}", "of": "of {{ shown.kinds }}"},
    }
    fields = {"copy": "{{ record.approver }}", "reason": "By {{ shown.approver }}: {{ shown.kinds }}"}
    with acme.scope():
        run_id = started(
            acme,
            {"kind": "call", "params": params},
            {"kind": "set_fields", "params": {"values": fields}},
            {"kind": "formula", "params": {"values": {"mine": "record.kind == 'k2'"}}},
        )
        data, context = run_of(run_id).data, run_of(run_id).context
    ravi = str(acme.ravi.id)
    assert sent[0].url == f"https://erp.example/k2?team={acme.departments['HR'].id}"
    assert sent[0].headers["X-Payer"] == f"of {acme.departments['FIN'].id}"
    both = "Spare part, Tool"
    machine = {"id": ravi, "all": ["k1", "k2"], "text": f"by {ravi}"}
    assert json.loads(sent[0].body) == machine | {"name": "Ravi", "names": both, "of": f"of {both}"}
    assert (data["copy"], data["reason"]) == (ravi, f"By Ravi: {both}")
    assert context["auto3"] == {"mine": True}


def test_what_is_shown_is_checked_like_the_answers(acme: Acme) -> None:
    hidden = {"schema_version": 1, "fields": [field("approver", "user", access={"apply": "write"})]}
    params = {"approver": {"address": CLIENT}, "text": "{{ shown.approver }} {{ shown.nobody }}"}
    with acme.scope(), pytest.raises(DefinitionInvalid) as refusal:
        publish(document({"kind": "approval", "params": params}, form=hidden), acme.omar)
    (texts,) = refusal.value.fields.values()
    assert "“shown.nobody” names nothing" in texts[0]
    assert "would tell “Approver” by mail" in texts[1]


def test_a_trial_says_it_too(acme: Acme) -> None:
    params = {"to": ["owner"], "subject": "{{ record.approver }}, {{ shown.kinds }}", "text": "{{ record.lines }}"}
    assert sample_paths("notify", params) == ["record.approver", "record.kinds", "record.lines"]
    sample = {"record.approver": str(acme.ravi.id), "record.kinds": ["k1", "k2"], "record.lines": "none"}
    with acme.scope():
        made = definition_import(actor=acme.omar, document=document(notify("x"), form=FORM))
        draft = access_draft(acme.omar, made.definition.id)
        trial = node_trial(draft, "auto", "notify", params, sample)
    assert trial.details == (("Message to owner", "Ravi, Spare part, Tool\nnone"),)
