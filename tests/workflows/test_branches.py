"""A request that goes two ways at once: forks, joins, branches not taken, ends and ways back."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from accounts.models import AuditEntry
from tests.cast import Acme
from tests.factories.branches import contract, decide_at, open_steps, tokens_of
from tests.factories.workflows import publish, run_of, view_of
from tests.workflows.test_statements import statements_sent
from workflows.models import Task, TransitionLog, WorkflowDefinition, WorkflowRun
from workflows.selectors.runs_page import runs_page
from workflows.selectors.timeline import timeline
from workflows.services.deciding import AssigneeInvalid
from workflows.services.definitions import definition_import, definition_publish
from workflows.services.migration import migration_apply
from workflows.services.runs import run_start, run_withdraw


@pytest.fixture
def asking(acme: Acme) -> Iterator[WorkflowDefinition]:
    with acme.scope():
        yield publish(contract(), acme.omar)


def checked(acme: Acme, asking: WorkflowDefinition, amount: int = 5000) -> UUID:
    """A request with Ravi at "check"."""
    data = {"amount": amount}
    return run_start(definition_id=asking.id, actor=acme.asha, data=data, assignee=acme.ravi.id).run_id


def split(acme: Acme, asking: WorkflowDefinition) -> UUID:
    """The same with Hema at "law" and Farid at "money"."""
    run_id = checked(acme, asking)
    people = {"law": acme.hema.id, "money": acme.farid.id}
    decide_at(run_id, "check", acme.ravi, "Split", assignees=people)
    return run_id


def kinds(run_id: UUID) -> list[str]:
    return list(TransitionLog.objects.filter(run_id=run_id).order_by("seq").values_list("kind", flat=True))


def told(run_id: UUID, kind: str) -> int:
    return AuditEntry.objects.filter(payload__run_id=str(run_id), kind=kind).count()


def test_both_branches_are_decided_and_come_together(acme: Acme, asking: WorkflowDefinition) -> None:
    run_id = split(acme, asking)
    assert open_steps(run_id) == {"law", "money"}
    waits = decide_at(run_id, "law", acme.hema, "Meet", data={"advice": "sign"})
    assert (waits.opened, waits.status, open_steps(run_id)) == ((), "running", {"money"})
    assert [token["step"] for token in tokens_of(run_id)] == ["money", "meet"]
    met = decide_at(run_id, "money", acme.farid, "Meet")
    assert [(one.step, len(one.candidate_ids)) for one in met.opened] == [("sign", 2)]
    assert tokens_of(run_id) == []
    done = decide_at(run_id, "sign", acme.ravi, "Done")
    assert (done.status, done.outcome) == ("completed", "Done")
    assert kinds(run_id) == [
        "started", "moved", "moved", "moved", "join_waiting", "moved", "joined", "moved", "completed",
    ]  # fmt: skip
    assert [told(run_id, kind) for kind in ("run.join_waiting", "run.join_fired", "task.opened")] == [1, 1, 4]


def test_several_pickers_are_needed_and_judged_apart(acme: Acme, asking: WorkflowDefinition) -> None:
    run_id = checked(acme, asking)
    with pytest.raises(AssigneeInvalid) as refusal:
        decide_at(run_id, "check", acme.ravi, "Split", assignees={"law": acme.farid.id})
    assert set(refusal.value.fields) == {"assignees.law", "assignees.money"}
    assert [one["name"] for one in refusal.value.params["branches"]["law"]] == ["Hari", "Hema"]
    with pytest.raises(AssigneeInvalid) as alone:
        decide_at(run_id, "check", acme.ravi, "Split", assignee=acme.hema.id)
    assert "law, money" in alone.value.fields["assignee"][0]
    with pytest.raises(AssigneeInvalid) as unknown:
        decide_at(run_id, "check", acme.ravi, "Split", assignees={"sign": acme.ravi.id})
    assert set(unknown.value.fields) == {"assignees.sign"}
    assert open_steps(run_id) == {"check"}


def test_a_branch_not_taken_is_skipped_and_not_waited_for(acme: Acme, asking: WorkflowDefinition) -> None:
    run_id = checked(acme, asking, amount=10)
    decide_at(run_id, "check", acme.ravi, "Split", assignee=acme.hema.id)
    tasks = {task.step: task.state for task in view_of(run_id, acme.asha).tasks}
    assert (tasks["money"], tasks["law"], tokens_of(run_id)) == ("skipped", "waiting", [])
    decide_at(run_id, "law", acme.hema, "Meet")
    assert open_steps(run_id) == {"sign"}
    assert kinds(run_id)[3:6] == ["skipped", "moved", "joined"]
    assert told(run_id, "run.branch_skipped") == 1


def test_an_end_in_one_branch_closes_the_other_and_tells_its_holder(acme: Acme, asking: WorkflowDefinition) -> None:
    run_id = split(acme, asking)
    done = decide_at(run_id, "law", acme.hema, "No")
    assert (done.status, done.outcome, open_steps(run_id), tokens_of(run_id)) == ("completed", "No", set(), [])
    cancelled = AuditEntry.objects.get(payload__run_id=str(run_id), kind="task.cancelled")
    assert cancelled.payload["holder_ids"] == [str(acme.farid.id)]
    assert view_of(run_id, acme.farid).left_steps == {"money"}
    assert view_of(run_id, acme.asha).end_step == "no"
    assert "closed Money, which was with Farid" in [entry.text for entry in timeline(view_of(run_id, acme.asha))]


def test_a_way_back_supersedes_what_it_goes_over(acme: Acme, asking: WorkflowDefinition) -> None:
    run_id = split(acme, asking)
    decide_at(run_id, "law", acme.hema, "Meet", data={"advice": "sign"})
    decide_at(run_id, "money", acme.farid, "Check", comment="Too dear")
    run = run_of(run_id)
    assert (run.data, run.superseded, run.tokens) == ({"amount": 5000}, {"advice": "sign"}, [])
    gone = Task.objects.filter(run_id=run_id, superseded=True).values_list("step", flat=True)
    assert set(gone) == {"check", "law", "money"}
    assert open_steps(run_id) == {"check"}
    entry = TransitionLog.objects.get(run_id=run_id, kind="superseded")
    assert entry.detail["values"] == {"advice": "sign"}
    people = {"law": acme.hema.id, "money": acme.farid.id}
    decide_at(run_id, "check", acme.ravi, "Split", assignees=people)
    assert view_of(run_id, acme.hema).offered_at("law")["advice"] == "sign"
    decide_at(run_id, "law", acme.hema, "Meet", data={"advice": "wait"})
    run.refresh_from_db()
    assert (run.data["advice"], run.superseded) == ("wait", {})


def test_a_list_names_every_step_where_it_is(acme: Acme, asking: WorkflowDefinition) -> None:
    run_id = split(acme, asking)
    runs = WorkflowRun.objects.filter(id=run_id)
    [row] = runs_page(runs, acme.organisation.id, None).rows
    assert (row.step, row.due_at, row.overdue) == ("Law, Money", None, False)


def test_withdrawing_closes_every_branch(acme: Acme, asking: WorkflowDefinition) -> None:
    run_id = split(acme, asking)
    run_withdraw(run_id=run_id, actor=acme.asha)
    assert (open_steps(run_id), tokens_of(run_id), run_of(run_id).status) == (set(), [], "killed")


def test_branches_cost_no_statement_but_where_work_is_taken_away(acme: Acme, asking: WorkflowDefinition) -> None:
    run_id = split(acme, asking)
    with statements_sent() as statements:
        decide_at(run_id, "law", acme.hema, "Meet")
    assert [one["sql"].lstrip().split()[0] for one in statements][-2:] == ["SELECT", "WITH"]
    with statements_sent() as statements:
        decide_at(run_id, "money", acme.farid, "No")
    assert [one["sql"].lstrip().split()[0] for one in statements][-2:] == ["SELECT", "WITH"]
    run_id = split(acme, asking)
    with statements_sent() as statements:
        decide_at(run_id, "money", acme.farid, "No")
    assert [one["sql"].lstrip().split()[0] for one in statements][-3:] == ["SELECT", "SELECT", "WITH"]


def test_a_request_with_branches_moves_to_a_new_version_with_them(acme: Acme, asking: WorkflowDefinition) -> None:
    run_id = split(acme, asking)
    decide_at(run_id, "law", acme.hema, "Meet", data={"advice": "sign"})
    renamed = contract()
    for one in (*renamed["graph"]["steps"], *renamed["graph"]["transitions"]):
        one |= {part: "finance" for part in ("key", "from", "to") if one.get(part) == "money"}
    definition_import(actor=acme.omar, document=renamed, definition_id=asking.id)
    definition_publish(definition_id=asking.id, actor=acme.omar)
    moved = migration_apply(
        definition_id=asking.id, actor=acme.omar, run_ids=[run_id], steps={"money": "finance"}, comment="New name"
    )
    assert [row.moved for row in moved] == [True]
    assert {token["step"] for token in tokens_of(run_id)} == {"finance", "meet"}
    decide_at(run_id, "finance", acme.farid, "Meet")
    assert (open_steps(run_id), tokens_of(run_id)) == ({"sign"}, [])


def test_without_its_join_a_request_with_branches_stays(acme: Acme, asking: WorkflowDefinition) -> None:
    run_id = split(acme, asking)
    decide_at(run_id, "law", acme.hema, "Meet", data={"advice": "sign"})
    other = contract()
    for one in (*other["graph"]["steps"], *other["graph"]["transitions"]):
        one |= {part: "gather" for part in ("key", "from", "to") if one.get(part) == "meet"}
    definition_import(actor=acme.omar, document=other, definition_id=asking.id)
    definition_publish(definition_id=asking.id, actor=acme.omar)
    [stayed] = migration_apply(definition_id=asking.id, actor=acme.omar, run_ids=[run_id])
    assert (stayed.moved, "by “Meet”" in stayed.why) == (False, True)
