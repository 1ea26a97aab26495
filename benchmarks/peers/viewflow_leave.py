"""The leave application in Viewflow, engine only: start, manager, HR. Run as a process of its own; prints one JSON line.
The environment names an empty database in ``VIEWFLOW_DATABASE_URL``.

Each completion locks the process row (``select_for_update``), as a multi-user installation must, asks whether the user may
execute the task and stores the form's value in the process, as Viewflow's own view does and as ours does.
"""

import argparse
import gc
import json
import os
import time
from collections.abc import Callable
from typing import Any

import django
from django.conf import settings

from benchmarks.peers.urls import database_of


def configure(url: str) -> None:
    settings.configure(
        DATABASES={"default": database_of(url)},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "viewflow",
            "viewflow.workflow",
            "benchmarks.peers.leave",
        ],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        SECRET_KEY="benchmark-only",
    )
    django.setup()


def run(seconds: float) -> dict[str, float]:
    """Decisions of the manager, and moves of whole applications (start, manager, HR), per second, each for ``seconds``."""
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from viewflow.workflow.models import Task

    from benchmarks.peers.leave.flows import Leave

    call_command("migrate", verbosity=0, interactive=False)
    gc.collect()
    gc.freeze()  # ours does it too

    users = {name: User.objects.get_or_create(username=name)[0] for name in ("manager", "hr")}

    class Request:
        user = users["manager"]

    def complete(process: Any, node: str, value: dict[str, str]) -> None:
        with Leave.lock(process.pk):
            task = Task.objects.get(process=process, flow_task=getattr(Leave, node))
            activation = task.flow_task.activation_class(task)
            if not activation.flow_task.can_execute(users[node], task):
                raise RuntimeError(f"{node} may not execute the task.")
            activation.start(Request)
            activation.process.data = {**(activation.process.data or {}), **value}
            activation.process.save()
            activation.execute()

    def application() -> Any:
        process = Leave.start.run()
        complete(process, "manager", {"criticality": "low"})
        complete(process, "hr", {"hr_note": "ok"})
        return process

    for _ in range(20):
        application()
    process = Leave.start.run()
    with CaptureQueriesContext(connection) as captured:
        complete(process, "manager", {"criticality": "low"})
    waiting = [Leave.start.run() for _ in range(int(1_000 * seconds))]
    return {
        "complete": rate(lambda: complete(waiting.pop(), "manager", {"criticality": "low"}), seconds),
        "applications": 3 * rate(application, seconds),
        "statements": len(captured),
    }


def rate(work: Callable[[], Any], seconds: float) -> float:
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        work()
        done += 1
    return done / (time.perf_counter() - began)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    arguments = parser.parse_args()
    configure(os.environ["VIEWFLOW_DATABASE_URL"])
    print(json.dumps(run(arguments.seconds)))
