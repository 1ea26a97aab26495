"""One world for many tests: made once, inside a transaction in which each test undoes what it did."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from pytest_django import DjangoDbBlocker


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside leaves no trace."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def lasting(blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database for a fixture of a whole file. Its tests do not ask for ``db``: each is `undone` by a fixture of the file."""
    with blocker.unblock(), undone():
        # Content types are looked up once per process, outside of what a test undoes.
        ContentType.objects.clear_cache()
        yield
