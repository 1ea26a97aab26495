"""F7: facts of decisions, planned for the people whom they concern: by one process, in a burst, beside a quiet neighbour.

A burst are the events of so many decisions of one organisation. Then another burst waits, and in an organisation next to it
somebody decides one task: how long until its people have their notices, while one process plans both.
"""

import argparse
import threading
import time
from typing import Any

from benchmarks import report, server, world

DATABASE = "bench_outbox"
PATIENCE = 120.0


class Office:
    """An organisation whose manager has requests to decide. After ``world.prepare``."""

    def __init__(self, slug: str, decisions: int) -> None:
        from accounts.tenancy.scope import organisation_scope
        from config.demo import scale
        from workflows.models import Task

        self.at = world.build(slug)
        place = scale.Filled(self.at.organisation_id, slug, self.at.definition_id, self.at.version_id, 0)
        scale.fill_requests(place, int(decisions * 2.2) + 50, open_percent=100, heavy=self.at.manager.id)
        with organisation_scope(self.at.organisation_id):
            waiting = Task.objects.filter(assignee_id=self.at.manager.id, state="waiting", step="manager_review")
            others = waiting.exclude(requester_id__in=[self.at.manager.id, self.at.officer.id])
            self._tasks = iter(list(others.values_list("id", flat=True)))

    def decide(self, number: int) -> int:
        """So many decisions by the service; returns the events that wait to be planned now."""
        from accounts.tenancy.scope import organisation_scope
        from notifications.models import OutboxEvent
        from workflows.services.tasks import task_complete

        for _ in range(number):
            with organisation_scope(self.at.organisation_id):
                task_complete(
                    task_id=next(self._tasks),
                    actor=self.at.manager,
                    transition="HR review",
                    assignee=self.at.officer.id,
                    data={"criticality": "low"},
                    version=1,
                )
        with organisation_scope(self.at.organisation_id):
            return int(OutboxEvent.objects.filter(state=OutboxEvent.State.NEW).count())

    def told(self) -> tuple[int, int]:
        """Notices and mails that were planned."""
        from accounts.tenancy.scope import organisation_scope
        from notifications.models import Delivery, InboxItem

        with organisation_scope(self.at.organisation_id):
            return InboxItem.objects.count(), Delivery.objects.count()


def burst(office: Office, decisions: int) -> dict[str, float]:
    from notifications.outbox import relay

    events, before = office.decide(decisions), office.told()
    began, worked = time.perf_counter(), time.process_time()
    done = relay(seconds=PATIENCE)
    took, worked = time.perf_counter() - began, time.process_time() - worked
    if done != events:
        raise RuntimeError(f"{done} of {events} events were planned.")
    after = office.told()
    return {
        "events": events,
        "seconds": took,
        "processor": worked,
        "notices": after[0] - before[0],
        "mails": after[1] - before[1],
    }


def beside(office: Office, quiet: Office, decisions: int) -> dict[str, float]:
    """Seconds from the commit of the neighbour's decision to its notices, and until all is planned."""
    from django.db import connections

    from notifications.outbox import relay

    events = office.decide(decisions)

    def plan() -> None:
        try:
            relay(seconds=PATIENCE)
        finally:
            connections.close_all()

    before, began = quiet.told()[0], time.perf_counter()
    relaying = threading.Thread(target=plan)
    relaying.start()
    quiet.decide(1)
    decided = time.perf_counter()
    while quiet.told()[0] == before and time.perf_counter() - decided < PATIENCE:
        time.sleep(0.01)
    told = time.perf_counter() - decided
    relaying.join()
    return {"events": events, "told": told, "all": time.perf_counter() - began}


def run(decisions: int) -> dict[str, Any]:
    with server.running() as database:
        world.prepare(DATABASE, database)
        office, quiet = Office("busy", decisions * 2 + 20), Office("quiet", 10)
        world.analyse()
        burst(office, 20)
        return {"burst": burst(office, decisions), "beside": beside(office, quiet, decisions)}


def show(found: dict[str, Any]) -> None:
    one, two = found["burst"], found["beside"]
    rows = [
        ["events in the burst", one["events"]],
        ["planned in, seconds", one["seconds"]],
        ["events per second", one["events"] / one["seconds"]],
        ["of these seconds this process worked", one["processor"]],
        ["notices made", one["notices"]],
        ["mails made", one["mails"]],
        ["the neighbour's notices after, seconds", two["told"]],
        [f"while {two['events']} events waited, planned in, seconds", two["all"]],
    ]
    report.table("Events planned by one process", ["", "measured"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=1_000, help="decisions in a burst")
    parser.add_argument("--full", action="store_true", help="5,000 decisions, which are about 10,000 events")
    arguments = parser.parse_args()
    found = run(5_000 if arguments.full else arguments.decisions)
    show(found)
    print(report.keep("outbox", found))


if __name__ == "__main__":
    main()
