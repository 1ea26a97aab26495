"""What happened to request 44? The audit in the administration answers."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from accounts.audit.subjects import about, words_of
from accounts.models import AuditEntry
from tests.accounts.clients import signed_in
from tests.cast import Acme, Globex
from tests.factories.workflows import decide, install, run_of, start_leave

LIST = "/admin/accounts/auditentry/"


@pytest.fixture
def two_requests(acme: Acme) -> Any:
    """The first one was moved on, with words that the second has not."""
    with acme.scope():
        leave = install("leave_application", acme.omar)
        first = start_leave(leave, acme.asha)
        decide(first.run_id, acme.ravi, "Apply", comment="Please move it to April")
        start_leave(leave, acme.asha)
    return first.run_id


def listed(acme: Acme, q: str = "", more: str = "") -> Any:
    answer = signed_in(acme.tess).get(f"{LIST}?q={q}{more}")
    assert answer.status_code == 200
    return answer


def about_runs(answer: Any) -> set[Any]:
    return {entry.payload.get("run_number") for entry in answer.context["cl"].result_list}


def test_an_entry_says_what_happened_to_which_request_and_leads_there(acme: Acme, two_requests: Any) -> None:
    source = listed(acme, "task.moved").content.decode()
    words = " ".join(strip_tags(source).split())
    with acme.scope():
        title = run_of(two_requests).title
    assert "Task moved" in words
    assert "task.moved" in words
    assert f"#1 {title}, Manager review" in words
    assert f'<a href="/requests/{two_requests}/">#1 ' in source


@pytest.mark.parametrize("q", ["1", "%231"])
def test_a_number_finds_all_of_one_request_however_old(acme: Acme, two_requests: Any, q: str, monkeypatch: Any) -> None:
    monkeypatch.setattr("accounts.selectors.audit.NEWEST", 1)
    with acme.scope():
        known = {entry.id for entry in AuditEntry.objects.all() if entry.payload.get("run_number") == 1}
    found = listed(acme, q).context["cl"].result_list
    assert {entry.id for entry in found} == known
    assert {"run.started", "task.moved", "run.answers_superseded"} <= {entry.kind for entry in found}


def test_words_find_the_newest_with_all_of_them(acme: Acme, two_requests: Any, monkeypatch: Any) -> None:
    found = listed(acme, "april+RAVI").context["cl"].result_list
    assert {entry.kind for entry in found} == {"task.moved", "task.opened"}
    assert about_runs(listed(acme, "april+zebra")) == set()
    assert about_runs(listed(acme, str(two_requests))) == {1}
    assert about_runs(listed(acme, "99")) == set()
    monkeypatch.setattr("accounts.selectors.audit.NEWEST", 1)
    assert about_runs(listed(acme, "april")) == set()


def test_nothing_of_another_organisation_is_found(acme: Acme, globex: Globex, two_requests: Any) -> None:
    client = signed_in(globex.gus)
    for q in ("1", "april", str(two_requests)):
        assert not client.get(f"{LIST}?q={q}").context["cl"].result_list


def test_more_entries_take_no_more_queries(acme: Acme, two_requests: Any) -> None:
    client = signed_in(acme.tess)
    counts = []
    for kind in ("task.moved", "task.moved", "run.answers_superseded"):  # the first one fills what is kept
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(f"{LIST}?q=leave&kind={kind}")
        counts.append((len(queries), len(answer.context["cl"].result_list)))
    assert counts[1][0] == counts[2][0]
    assert counts[1][1] != counts[2][1]


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({"name": "Asha", "email": "a@b.example"}, "Asha"),
        ({"number": 12, "source_name": "CRM", "target_name": "ERP"}, "#12 CRM → ERP"),
        ({"address": "::1"}, ""),
    ],
)
def test_others_are_called_by_what_their_payload_has(payload: dict[str, Any], words: str) -> None:
    assert about(payload).text == words
    assert words_of("run.participant_added") == "Request participant added"
