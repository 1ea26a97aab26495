"""Kill -9 of every part in turn while people work, in the end of everything at once: nothing acknowledged is lost or doubled.

P1 to P4 and P7 to P9 of the promises. The storm is one, its aftermath is looked at from many sides.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.chaos.books import Books
from tests.chaos.clients import Clients
from tests.product import Run, running, wait_for

ROUNDS = 3
SENDERS = 2
"""Worker processes of an installation, each of which may be in the middle of a mail."""
PARTS = {
    "worker": "config.celery worker",
    "web": "granian",
    "beat": "config.celery beat",
    "mail": "config.embedded mail",
}
pytestmark = [
    pytest.mark.product,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc"),
]


@dataclass
class Storm:
    """What was done to the installation, and what it did."""

    run: Run
    clients: Clients
    books: Books
    kills: Counter[str]

    def strike(self, part: str) -> None:
        """Kill a part at any moment; returns when it is back and a whole request went through after that."""
        time.sleep(random.uniform(0, 0.5))
        victims = [self.run.postmaster] if part == "postgresql" else self.run.pids(PARTS[part])
        assert victims, f"{part} does not run"
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        self.kills[part] += 1
        wait_for(lambda: self._is_back(part, victims), f"a new {part}")
        self.work_goes_on()

    def strike_all(self) -> None:
        """Kill the supervisor and everything it has started, then run again over what they left."""
        self.run.process.kill()
        for pid in self.run.left():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue  # its parent's death has reached it first
        self.run.process.wait()
        self.kills["everything"] += 1
        self.run.start_again()
        self.run.wait_until_ready()
        self.work_goes_on()

    def work_goes_on(self) -> None:
        before = self.clients.finished
        wait_for(lambda: self.clients.finished > before or bool(self.clients.faults), "a request that goes through")
        assert self.clients.faults == []
        self.books.collect_mails()

    def settle(self) -> None:
        """Everything that is due gets done; only the waiting is cut short."""

        def nothing_left() -> bool:
            self.books.let_time_pass()
            self.books.collect_mails()
            return self.books.open_work() == 0

        wait_for(nothing_left, lambda: f"{self.books.open_work()} facts or mails still wait")
        wait_for(self.run.is_ready, "an installation that is well")
        time.sleep(1)
        self.books.collect_mails()

    def _is_back(self, part: str, victims: list[int]) -> bool:
        assert self.run.process.poll() is None, self.run.said
        if part == "postgresql":
            return self.run.said.count("PostgreSQL ended") == self.kills[part] and self.run.is_ready()
        return bool(set(self.run.pids(PARTS[part])) - set(victims))


@pytest.fixture(scope="module")
def storm() -> Iterator[Storm]:
    with running("chaos") as run:
        storm = Storm(run, Clients(run), Books(run), Counter())
        storm.clients.story(storm.clients.people(), "before the storm")
        storm.settle()
        with storm.clients.busy():
            for _ in range(ROUNDS):
                for part in (*PARTS, "postgresql"):
                    storm.strike(part)
            storm.strike_all()
        storm.settle()
        yield storm


def test_everything_was_killed_while_people_worked(storm: Storm) -> None:
    assert storm.kills == {**dict.fromkeys((*PARTS, "postgresql"), ROUNDS), "everything": 1}
    assert storm.clients.faults == []
    assert storm.clients.no_answer > 0
    assert {promise.status for promise in storm.clients.promises} == {"completed"}


def test_nobody_saw_a_server_error_or_hung(storm: Storm) -> None:
    assert set(storm.clients.statuses) <= {200, 201, 409, 503}
    assert storm.clients.slowest < 10


def test_what_was_acknowledged_is_there_once(storm: Storm) -> None:
    promised = sorted((one.number, one.run_id, one.reason, "completed", "Approved") for one in storm.clients.promises)
    found = storm.books.rows(
        """SELECT r.number, r.id::text, r.data->>'reason', r.status, r.outcome FROM workflows_workflowrun r
           JOIN accounts_organisation o ON o.id = r.organisation_id
           WHERE o.slug = 'acme' AND (r.data->>'reason' LIKE 'client %%' OR r.data->>'reason' = 'before the storm')"""
    )
    assert sorted(found) == promised
    assert len({number for number, *_ in promised}) == len(promised)


def test_every_step_comment_and_key_is_there_once(storm: Storm) -> None:
    ids = [promise.run_id for promise in storm.clients.promises]
    moves = storm.books.rows(
        """SELECT run_id::text, array_agg(kind || ':' || coalesce(to_step, '') ORDER BY seq)
           FROM workflows_transitionlog WHERE run_id::text = ANY (%s) GROUP BY run_id""",
        ids,
    )
    assert len(moves) == len(ids)
    assert len({tuple(log) for _, log in moves}) == 1
    tasks = storm.books.rows(
        "SELECT run_id::text, step, state, count(*) FROM workflows_task WHERE run_id::text = ANY (%s) GROUP BY 1, 2, 3",
        ids,
    )
    assert {(state, count) for _, _, state, count in tasks} == {("success", 1)}
    assert len({step for _, step, _, _ in tasks}) * len(ids) == len(tasks)
    texts = storm.books.rows(
        "SELECT text FROM workflows_comment WHERE run_id::text = ANY (%s) AND kind = 'comment'", ids
    )
    assert sorted(text for (text,) in texts) == sorted(text for one in storm.clients.promises for text in one.comments)
    keys = storm.books.rows("SELECT key FROM accounts_idempotencykey")
    assert sorted(key for (key,) in keys) == sorted(key for one in storm.clients.promises for key in one.keys)


def told_by_run(storm: Storm, rows: list[tuple[Any, ...]]) -> dict[str, Counter[tuple[str, str]]]:
    """Of rows of (run, kind, person): how often each person was told what of which request."""
    found: dict[str, Counter[tuple[str, str]]] = {promise.run_id: Counter() for promise in storm.clients.promises}
    for run_id, kind, person in rows:
        if run_id in found:
            found[run_id][kind, person] += 1
    return found


def test_every_notice_is_there_once(storm: Storm) -> None:
    rows = storm.books.rows(
        """SELECT i.run_id::text, i.kind, m.name FROM notifications_inboxitem i
           JOIN accounts_membership m ON m.id = i.recipient_id"""
    )
    told = told_by_run(storm, rows)
    calm = told[storm.clients.promises[0].run_id]
    assert {("task.opened", "Ravi"), ("task.opened", "Hema"), ("run.completed", "Asha")} <= set(calm)
    assert set(calm.values()) == {1}
    assert [(notices - calm, calm - notices) for notices in told.values() if notices != calm] == []


def test_every_mail_has_come_and_few_came_twice(storm: Storm) -> None:
    rows = storm.books.rows(
        """SELECT d.run_id::text, d.kind, m.name, d.state, d.message_id, d.possible_duplicate
           FROM notifications_delivery d JOIN accounts_membership m ON m.id = d.recipient_id
           WHERE d.run_id::text = ANY (%s)""",
        [promise.run_id for promise in storm.clients.promises],
    )
    planned = told_by_run(storm, [row[:3] for row in rows])
    calm = planned[storm.clients.promises[0].run_id]
    assert {("task.opened", "Ravi"), ("task.opened", "Hema"), ("run.completed", "Asha")} <= set(calm)
    assert [(mails - calm, calm - mails) for mails in planned.values() if mails != calm] == []
    assert {state for *_, state, _, _ in rows} == {"sent"}
    came = storm.books.times_mailed()
    assert [ident for *_, ident, _ in rows if ident not in came] == []
    twice = {ident for ident, times in came.items() if times > 1}
    assert twice <= {ident for *_, ident, again in rows if again}
    killed = sum(storm.kills[part] for part in ("worker", "mail", "postgresql", "everything")) * SENDERS
    assert sum(came.values()) - len(came) <= killed


def test_the_audit_holds_and_is_sealed(storm: Storm) -> None:
    def unsealed() -> int:
        ((count,),) = storm.books.rows(
            """SELECT count(*) FROM accounts_auditentry e
               WHERE NOT EXISTS (SELECT 1 FROM accounts_auditseal s WHERE s.entry_id = e.id)"""
        )
        return int(count)

    wait_for(lambda: unsealed() == 0, "the sealer")
    verdict = storm.books.verify_audit()
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    assert "acme" in verdict.stdout


def test_it_is_well_and_stops_cleanly(storm: Storm) -> None:
    assert storm.run.get("/readyz")[0] == 200
    storm.run.stop()
    assert storm.run.process.returncode == 0
    assert storm.run.left() == []
