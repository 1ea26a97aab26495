"""Several people in the same moment: threads that wait for each other and then all begin.

The threads keep their connections from round to round, as the workers of a server do: what a new connection learns about the
schema takes longer than most of what is raced for.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

from django.db import connection, connections

from accounts.tenancy.errors import DomainError
from tests.cast import Acme

_PATIENCE = 30.0
_pools: dict[int, ThreadPoolExecutor] = {}


def at_once(acme: Acme, *works: Callable[[], Any]) -> list[Any]:
    """Run the works in the same moment, each in a thread, connection and scope of its own; answers or refusals."""

    def scoped(work: Callable[[], Any]) -> Any:
        with acme.scope():
            return work()

    return together(*(partial(scoped, work) for work in works))


def together(*works: Callable[[], Any]) -> list[Any]:
    """The same for what opens its scope itself, as requests do."""
    barrier = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=_PATIENCE)
            return work()
        except DomainError as refusal:
            return refusal
        except BaseException:
            connections.close_all()  # a fault of the test: nobody shall wait for what it has locked
            raise

    if len(works) not in _pools:
        _pools[len(works)] = ThreadPoolExecutor(len(works))
    return list(_pools[len(works)].map(run, works))


def somebody_waits(done: Callable[[], bool] = lambda: False) -> None:
    """Returns when a transaction waits for a lock, or ``done``."""
    deadline = time.monotonic() + _PATIENCE
    with connection.cursor() as cursor:
        while not done() and time.monotonic() < deadline:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    if not done():
        raise TimeoutError("Nobody has waited.")


def racers_leave() -> None:
    """End the threads and close their connections, for who empties the tables."""
    for number, pool in _pools.items():
        barrier = Barrier(number)

        def leave(_: int, barrier: Barrier = barrier) -> None:
            barrier.wait(timeout=_PATIENCE)  # so that each thread takes one
            connections.close_all()

        list(pool.map(leave, range(number)))
        pool.shutdown()
    _pools.clear()
