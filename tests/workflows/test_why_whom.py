"""Why a request is with whom it is where that is no one person: somebody without an account, a machine, a panel, a team."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.cast import Acme
from tests.factories.accounts import give_role
from tests.factories.machines import publish_node, task_at, work
from tests.factories.outside import CLIENT, link_in, link_row, offered, press
from tests.factories.panels import purchase, started
from tests.factories.workflows import MONDAY, decide, open_task, start_leave
from tests.scenarios.pages import Pages, said
from tests.scenarios.rest import Rest
from tests.workflows import test_approval_links as by_link
from workflows.models import MachineStep, WorkflowDefinition
from workflows.services.runs import run_start
from workflows.services.sla import sla_sweep

MASKED = "j•••@client.example"


def why(person: Any, run_id: UUID) -> dict[str, Any]:
    found: dict[str, Any] = Rest(person).read(f"runs/{run_id}/why/")
    return found


def page(person: Any, run_id: UUID) -> str:
    return said(Pages(person).get(f"/requests/{run_id}/why/"))


def test_somebody_outside_is_asked(acme: Acme) -> None:
    with acme.scope():
        run_id = offered(acme)
    [holding] = why(acme.ravi, run_id)["holding"]
    assert (holding["with_whom"], holding["how"]) == (CLIENT, "outside")
    assert holding["text"].startswith(f"{CLIENT} was asked by a link. It holds until ")
    assert holding["text"].endswith("; Ravi looks after the step meanwhile.")
    assert holding["rule"] == "The step is looked after by those for whom this holds: person is requester's manager."
    assert holding["came"][-1] == f"Asha asked {MASKED} to decide Client decides by a link."
    [asha] = why(acme.asha, run_id)["holding"]
    assert (asha["with_whom"], CLIENT in str(asha)) == (MASKED, False)
    for person, words in (
        (acme.ravi, "Somebody outside is asked to decide this step. Withdraw their links to decide it here."),
        (acme.omar, "Somebody outside has been asked to decide this step."),
    ):
        [deciding] = why(person, run_id)["deciding"]
        assert (deciding["may"], deciding["text"]) == (False, words)
        assert words in page(person, run_id)
    assert f"Why is “Client decides” with {MASKED}?" in page(acme.asha, run_id)


def test_once_the_link_is_withdrawn_it_is_with_who_looks_after_it(acme: Acme) -> None:
    with acme.scope():
        run_id = offered(acme)
        link_id = link_row(run_id).id
    Rest(acme.asha).done(f"decision-links/{link_id}/revoke/", {"reason": "Not yet"})
    answer = why(acme.ravi, run_id)
    [holding] = answer["holding"]
    assert (holding["with_whom"], holding["how"]) == ("Ravi", "only")
    assert holding["text"] == "Ravi was the only person whom the step could ask."
    assert holding["came"][-1] == f"Asha withdrew the link of {MASKED} for Client decides."
    assert [one["may"] for one in answer["deciding"]] == [True]


def test_why_it_went_where_somebody_outside_said(acme: Acme, settings: Any) -> None:
    with acme.scope():
        run_id = offered(acme)
    assert press(link_in(settings), "Accept").status_code == 200
    turn = why(acme.asha, run_id)["path"][-1]
    assert (turn["actor"], turn["note"], turn["transition"], turn["to"]) == (
        f"Jane Roe ({MASKED})",
        "by a link",
        "Accept",
        "Accepted",
    )
    assert f"Jane Roe ({MASKED}) chose “Accept” at Client decides, by a link" in page(acme.asha, run_id)


def test_a_machine_that_asks_by_a_link(acme: Acme, settings: Any) -> None:
    with acme.scope():
        give_role(acme.hema, "Signatory")
        run_id = by_link.started(acme, by_link.ask({"role": "Signatory"}))
    answer = why(acme.asha, run_id)
    [holding], [deciding] = answer["holding"], answer["deciding"]
    assert (holding["with_whom"], holding["how"], holding["rule"]) == ("the product", "machine", "")
    assert holding["text"] == (
        "The product does this step (Approval by link); nobody decides it. It waits for h•••@acme.example."
    )
    assert deciding["text"] == "The product does this step; nobody decides it."
    assert press(link_in(settings, acme.hema.email), "Approve").status_code == 200
    with acme.scope():
        work(acme.organisation.id)
    turn = why(acme.asha, run_id)["path"][-1]
    assert (turn["actor"], turn["transition"], turn["note"]) == (
        "Countersign",
        "Approve",
        "as Hema decided by a link",
    )
    assert "at Sign-off, as Hema decided by a link" in page(acme.asha, run_id)


def test_a_machine_that_could_not_do_it(acme: Acme) -> None:
    with acme.scope():
        definition = publish_node(acme.omar, {"kind": "formula", "params": {"values": {"x": "1 / record.total"}}})
        data = {"reason": "x", "total": 0}
        run_id = run_start(definition_id=definition.id, actor=acme.asha, data=data).run_id
        MachineStep.objects.update(next_at=MONDAY)
        work(acme.organisation.id)
        assert task_at(run_id, "auto").state == "failure"
    answer = why(acme.asha, run_id)
    [holding] = answer["holding"]
    assert (holding["with_whom"], holding["how"]) == ("an administrator", "failed")
    assert holding["text"] == "The product could not do this step (Calculate); an administrator says how to go on."
    assert [one["may"] for one in answer["deciding"]] == [False]


def test_a_panel_is_told_as_one(acme: Acme) -> None:
    with acme.scope():
        run_id = started(purchase({"rule": "count", "count": 2}), acme.omar, acme.asha).run_id
        decide(run_id, acme.farid, "Yes")
    answer = why(acme.farid, run_id)
    [holding] = answer["holding"]
    assert (holding["with_whom"], holding["how"]) == ("the panel", "panel")
    assert holding["text"] == (
        "A panel decides this step: 2 of 3 must agree. It stands 1–0, needs 2; asked now: Fiona and Fritz."
    )
    assert answer["deciding"][0]["text"] == "You have voted on this step already: approved."


def test_a_reminder_has_not_changed_hands(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    sla_sweep(acme.organisation.id, at=MONDAY + timedelta(hours=40))
    assert open_task(run_id).reminded
    [holding] = why(acme.asha, run_id)["holding"]
    assert (holding["text"], len(holding["came"])) == ("Ravi was the only person whom the step could ask.", 1)
    sla_sweep(acme.organisation.id, at=MONDAY + timedelta(days=30))
    [holding] = why(acme.asha, run_id)["holding"]
    assert holding["with_whom"] == "Meera"
    assert holding["text"].endswith("It has changed hands since.")
