"""Keeps what a process has loaded for good out of the garbage collector's sight."""

import gc

from django.urls import get_resolver


def settle() -> None:
    """Load what the first request would load, and freeze all of it.

    Modules, models and addresses live as long as the process. A full collection walks them each time, and finds nothing: that
    was a third of the process's time for decisions in bulk. Frozen before a fork, their pages stay shared as well.
    """
    get_resolver().url_patterns  # noqa: B018 - reading it imports every app's addresses and views
    gc.collect()
    gc.freeze()
