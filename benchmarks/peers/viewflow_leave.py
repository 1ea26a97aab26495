"""The leave application in Viewflow, engine only: start, manager, HR. Run as a process of its own, on the empty database of
``VIEWFLOW_DATABASE_URL``.

Prints how many statements a completion takes. Asked for ``complete SECONDS`` or ``applications SECONDS`` by a line, it answers
with how many completions of the manager, or moves of whole applications, it has made per second.

Each completion locks the process row (``select_for_update``), as a multi-user installation must, asks whether the user may
execute the task and stores the form's value in the process, as Viewflow's own view does and as ours does.
"""

import gc
import os
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
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


def serve(lines: Iterable[str], answer: Callable[[object], None]) -> None:
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

    def completions(seconds: float) -> float:
        waiting = [Leave.start.run() for _ in range(int(1_000 * seconds))]
        return rate(lambda: complete(waiting.pop(), "manager", {"criticality": "low"}), seconds)

    answer(len(captured))
    for line in lines:
        what, seconds = line.split()
        answer(completions(float(seconds)) if what == "complete" else 3 * rate(application, float(seconds)))


def rate(work: Callable[[], Any], seconds: float) -> float:
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        work()
        done += 1
    return done / (time.perf_counter() - began)


if __name__ == "__main__":
    configure(os.environ["VIEWFLOW_DATABASE_URL"])
    serve(sys.stdin, partial(print, flush=True))
