"""Each link of the fallback chain: missing, inactive, away, or the one who must not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Absence, Department, Membership
from tests.cast import Acme
from tests.factories.accounts import be_away
from tests.factories.workflows import MONDAY, publish
from tests.workflows.test_statements import chain
from workflows.models import WorkflowDefinition
from workflows.services.runs import run_start

LINKS = ["manager", "manager_of_manager", "department_head", "workflow_owner"]
DAY = MONDAY.date()


@pytest.fixture
def nobody(acme: Acme) -> Any:
    """A workflow whose step nobody fits; Asha reports to Ravi, he to Meera, Hema heads the department, Omar owns it."""
    document = chain(3)
    [step] = [step for step in document["graph"]["steps"] if step["kind"] == "task"]
    step["assignee"] = {"rule": {"field": "candidate.department", "op": "eq", "value": "NONE"}, "fallback": LINKS}
    with acme.scope():
        Department.objects.filter(code="ENG").update(head_id=acme.hema.id)
        yield publish(document, acme.omar)


def leaves(person: Membership) -> Membership:
    person.is_active = False
    person.save(update_fields=["is_active"])
    return person


def out(person: Membership, substitute: Membership | None = None) -> Absence:
    return be_away(person, DAY, DAY + timedelta(days=3), substitute)


def reports_to_nobody(acme: Acme) -> None:
    acme.asha.manager = None
    acme.asha.save(update_fields=["manager"])


CASES: dict[str, tuple[Callable[[Acme], Any], str]] = {
    "everybody is there": (lambda a: None, "ravi"),
    "the manager has left": (lambda a: leaves(a.ravi), "meera"),
    "the manager is away": (lambda a: out(a.ravi), "meera"),
    "the manager is away, somebody stands in": (lambda a: out(a.ravi, a.fiona), "ravi"),
    "both managers are away": (lambda a: (out(a.ravi), out(a.meera)), "hema"),
    "only the owner is there": (lambda a: (out(a.ravi), leaves(a.meera), out(a.hema)), "omar"),
    "everybody is away": (lambda a: [out(one) for one in (a.ravi, a.meera, a.hema, a.omar)], "ravi"),
    "no manager": (reports_to_nobody, "hema"),
    "everybody has left": (lambda a: [leaves(one) for one in (a.ravi, a.meera, a.hema, a.omar)], ""),
}


@pytest.mark.parametrize("case", CASES)
def test_the_first_who_can_be_reached(case: str, nobody: WorkflowDefinition, acme: Acme) -> None:
    prepare, expected = CASES[case]
    prepare(acme)
    requester = Membership.objects.select_related("organisation", "user").get(id=acme.asha.id)
    [opened] = run_start(definition_id=nobody.id, actor=requester, data={}, at=MONDAY).opened
    assert (opened.assignee.id if opened.assignee else None) == (getattr(acme, expected).id if expected else None)
    assert ("fell back" in opened.note) == bool(expected)


def test_never_the_requester_who_heads_the_department(nobody: WorkflowDefinition, acme: Acme) -> None:
    Department.objects.filter(code="ENG").update(head_id=acme.meera.id)
    meera = Membership.objects.select_related("organisation", "user").get(id=acme.meera.id)
    [opened] = run_start(definition_id=nobody.id, actor=meera, data={}, at=MONDAY).opened
    assert opened.assignee is not None
    assert opened.assignee.id == acme.omar.id
