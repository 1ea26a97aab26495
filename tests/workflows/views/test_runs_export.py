"""Requests as a file: what is in it, who reads what of it, and what a spreadsheet must not calculate."""

import csv
import io
from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership
from tests.cast import Acme
from tests.factories import workflows as make
from tests.workflows.views.story import at_hr, install, load, signed_in, started
from workflows.models import WorkflowDefinition

PERIOD = "since=2025-09-01&until=2025-10-31"


def exported(client: Client, definition: WorkflowDefinition, more: str = "") -> list[dict[str, str]]:
    answer: Any = client.get(f"/workflows/{definition.id}/runs/export/?{PERIOD}{more}")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def exported_by(member: Membership, definition: WorkflowDefinition, more: str = "") -> list[dict[str, str]]:
    return exported(signed_in(member), definition, more)


@pytest.mark.django_db
def test_everybody_gets_the_requests_and_the_answers_that_they_may_read(acme: Acme) -> None:
    definition = install(acme)
    at_hr(acme, started(acme, definition))
    with acme.scope():
        make.start_leave(definition, acme.farid, data=make.LEAVE | {"reason": "=cmd|' /C calc'!A0"})
    second, first = exported_by(acme.tess, definition)
    assert (first["Number"], first["Requester"], first["Waits at"], first["Version"]) == ("1", "Asha", "HR review", "1")
    assert first["State"] == "In progress"
    assert (first["Reason"], second["Reason"]) == ("Family", "'=cmd|' /C calc'!A0")
    assert first["Project criticality in this period"] == "High"
    [own] = exported_by(acme.asha, definition)
    assert own["Reason"] == "Family"
    assert "Project criticality in this period" not in own
    assert exported_by(acme.fiona, definition) == []
    # The owner reads everything, but not of a request of their own.
    with acme.scope():
        make.start_leave(definition, acme.omar)
    mine, *_, theirs = exported_by(acme.omar, definition)
    assert (
        theirs["Project criticality in this period"],
        mine["Project criticality in this period"],
        mine["Requester"],
    ) == (
        "High",
        "",
        "Omar",
    )


@pytest.mark.django_db
def test_filters_are_those_of_the_page(acme: Acme) -> None:
    definition = install(acme)
    at_hr(acme, started(acme, definition), acme.hema)
    at_hr(acme, started(acme, definition))
    started(acme, definition)
    cases: tuple[tuple[str, list[str]], ...] = (
        ("&step=manager_review", ["3"]),
        (f"&assignee={acme.ravi.id}", ["3"]),
        (f"&assignee={acme.hema.id}", ["2", "1"]),
        (f"&assignee={acme.hari.id}", ["2"]),
        ("&assignee=nobody", []),
        ("&step=nowhere", []),
        ("&sla=overdue", ["3"]),
        ("&sla=in_time", ["2", "1"]),
        ("&sla=soon", []),
        ("&sla=late", []),
        ("&status=completed", []),
    )
    tess = signed_in(acme.tess)
    for more, numbers in cases:
        assert [row["Number"] for row in exported(tess, definition, more)] == numbers, more
        page = load(tess, f"/workflows/{definition.id}/runs/?{PERIOD}{more}")
        assert [str(row.number) for row in page.context["page"].rows] == numbers, more
    versions = load(tess, f"/workflows/{definition.id}/runs/?{PERIOD}").context["versions"]
    assert [(one.number, one.requests, one.current) for one in versions] == [(1, 3, True)]
    assert tess.get(f"/workflows/{definition.id}/runs/export/?since=x").status_code == 422
