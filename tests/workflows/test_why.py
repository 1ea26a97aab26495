"""Why a request is where it is."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import Acme
from tests.factories.workflows import LEAVE, MONDAY, decide, install, open_task, publish, start_leave, view_of
from tests.scenarios.pages import Pages, said
from tests.scenarios.rest import Rest
from tests.scenarios.world import CLAIM
from workflows.library import library_item
from workflows.models import TransitionLog, WorkflowDefinition
from workflows.selectors.why import NO_FIELD, why_hidden, why_of
from workflows.separation import OWN_REQUEST
from workflows.services.runs import run_start
from workflows.services.tasks import task_reassign


def large(amount: str = "1500.00") -> dict[str, Any]:
    [line] = CLAIM["lines"]
    return {**CLAIM, "lines": [{**line, "amount": {"amount": amount, "currency": "INR"}}]}


def test_it_is_told_with_whom_and_by_which_rule(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    [holding] = why_of(view_of(run_id, acme.asha)).holding
    assert (holding.with_whom, holding.how) == ("Ravi", "only")
    assert holding.text == "Ravi was the only person whom the step could ask."
    assert holding.rule == "This step asks those for whom this holds: person is requester's manager."
    [condition] = holding.conditions
    assert (condition.text, condition.holds, condition.value) == (
        "person is requester's manager",
        True,
        "Ravi",
    )
    decide(run_id, acme.ravi, "HR review", assignee=acme.hema.id)
    task_reassign(task_id=open_task(run_id).id, actor=acme.hema, assignee=acme.hari.id, at=MONDAY)
    [holding] = why_of(view_of(run_id, acme.asha)).holding
    assert (holding.with_whom, holding.how) == ("Hari", "chosen")
    assert holding.text == "Ravi chose Hema from the people whom the step asks. It has changed hands since."
    assert holding.came == (
        "Ravi moved it to HR review, with Hema.",
        "Hema handed over HR review from Hema to Hari.",
    )
    assert [(one.text, one.value) for one in holding.conditions] == [('person\'s department code is "HR"', "HR")]


def test_queues_fallbacks_and_own_steps_say_so(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    decide(run_id, acme.ravi, "Apply", comment="Which project?")
    [own] = why_of(view_of(run_id, acme.asha)).holding
    assert (own.how, own.rule) == ("requester", "This step is the requester's own.")
    decide(run_id, acme.asha, "Manager review", data=LEAVE)
    decide(run_id, acme.ravi, "HR review")
    [queue] = why_of(view_of(run_id, acme.asha)).holding
    assert (queue.with_whom, queue.how) == ("the team queue", "queue")
    assert queue.text == "The step asked 2 people; the first of them to decide counts."
    of_meera = start_leave(leave, acme.meera).run_id
    [fallback] = why_of(view_of(of_meera, acme.meera)).holding
    assert fallback.how == "fallback"
    assert fallback.text.startswith("No manager: fell back to the workflow owner, Omar")


def test_why_somebody_cannot_decide(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    assert [one.may for one in why_of(view_of(run_id, acme.ravi)).deciding] == [True]
    [asha] = why_of(view_of(run_id, acme.asha)).deciding
    assert (asha.may, asha.text) == (False, f"This step is with Ravi. {OWN_REQUEST}")
    [hari] = why_of(view_of(run_id, acme.hari)).deciding
    assert (hari.may, hari.text) == (False, "This step is with Ravi.")


def test_why_it_went_this_way(expense: WorkflowDefinition, acme: Acme) -> None:
    run_id = run_start(definition_id=expense.id, actor=acme.asha, data=large(), at=MONDAY).run_id
    decide(run_id, acme.ravi, "Finance panel")
    start, turn = why_of(view_of(run_id, acme.asha)).path
    assert start.ways == ()
    assert (turn.by, turn.step, turn.transition) == ("Ravi", "Manager approval", "Finance panel")
    assert [(way.name, way.taken) for way in turn.ways] == [("Pay", False), ("Finance panel", True)]
    text = "Expenses: sum of Amount is more than 1,000 INR"
    for way in turn.ways:
        assert [(one.text, one.holds, one.value) for one in way.conditions] == [(text, True, "1500.00 INR")]


def test_what_may_not_be_read_is_not_told(acme: Acme) -> None:
    """The way out of the manager's step depends on a field that Asha does not see."""
    document = library_item("leave_application").to_json()
    wanted = {"field": "record.criticality", "op": "eq", "value": "high"}
    for way in document["graph"]["transitions"]:
        if (way["from"], way["to"]) == ("manager_review", "hr_review"):
            way["condition"] = wanted
    with acme.scope():
        run_id = start_leave(publish(document, acme.omar), acme.asha).run_id
        decide(run_id, acme.ravi, "HR review", data={"criticality": "high"})
        assert TransitionLog.objects.get(run_id=run_id, seq=3).detail["judged"] == {"record.criticality": "high"}
        [ravi] = why_of(view_of(run_id, acme.ravi)).path[1].ways
        assert [(one.text, one.holds, one.value) for one in ravi.conditions] == [
            ("Project criticality in this period is High", True, "High")
        ]
        [asha] = why_of(view_of(run_id, acme.asha)).path[1].ways
        assert [(one.holds, one.value, one.told) for one in asha.conditions] == [(None, "", False)]
        hidden = why_hidden(view_of(run_id, acme.asha), "criticality")
        missing = why_hidden(view_of(run_id, acme.asha), "no_such_field")
        assert (hidden.text, hidden.label) == (missing.text, missing.label) == (NO_FIELD, "")
    for person, told in ((acme.asha, False), (acme.ravi, True)):
        for source in (
            str(Rest(person).read(f"runs/{run_id}/why/")),
            Pages(person).read(f"/requests/{run_id}/why/"),
        ):
            assert ("riticality" in source) is told
            assert ("High" in source) is told


def test_why_a_field_is_not_shown(acme: Acme) -> None:
    with acme.scope():
        expense = install("claim_expense", acme.omar)
        run_id = run_start(definition_id=expense.id, actor=acme.asha, data=CLAIM, at=MONDAY).run_id
    asha = Rest(acme.asha)
    [client] = asha.read(f"runs/{run_id}/why/")["fields"]
    assert (client["name"], client["label"]) == ("client_name", "Client name")
    assert client["text"] == "It is only shown when Can this be billed to a client? is Yes."
    assert asha.read(f"runs/{run_id}/why/", field="purpose")["fields"][0]["text"] == "It is shown."
    assert asha.read(f"runs/{run_id}/why/", field="manager_note")["fields"][0]["text"] == NO_FIELD


def test_the_page_unfolds_it_and_works_alone(acme: Acme) -> None:
    with acme.scope():
        run_id = start_leave(install("leave_application", acme.omar), acme.asha).run_id
    pages = Pages(acme.asha)
    address = f"/requests/{run_id}/why/"
    assert f'href="{address}"' in pages.request(run_id)
    whole = said(pages.get(address))
    part = pages.client.get(address, headers={"hx-request": "true"})
    for text in ("Why is “Manager review” with Ravi?", "Why can I not decide", "Why did it go this way?"):
        assert text in whole
        assert text in said(part)
    assert "<html" not in part.content.decode()


def test_the_answers_take_few_statements(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    decide(run_id, acme.ravi, "HR review")
    view = view_of(run_id, acme.asha)
    with CaptureQueriesContext(connection) as captured:
        why_of(view)
    assert len(captured) <= 10, [one["sql"][:200] for one in captured]
