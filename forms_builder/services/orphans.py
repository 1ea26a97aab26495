"""Delete stored objects whose row never came: their upload was undone, or its process died before the commit.

An object is written before its row, so this is the one way in which the storage and the database may come to differ.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final
from uuid import UUID

from django.core.files.storage import default_storage
from django.utils import timezone
from storages.backends.s3 import S3Storage

from accounts.tenancy.scope import organisation_scope
from forms_builder.models import Attachment
from forms_builder.services.attachments import PREFIX, objects_delete

GRACE: Final = timedelta(hours=1)
"""Far longer than any transaction: a younger object may still get its row."""
BATCH: Final = 500


def orphans_delete(*, organisation_id: UUID, at: datetime | None = None) -> int:
    """Delete the organisation's objects that are older than ``GRACE`` and have no row; returns how many went.

    Call outside of a scope: the storage is asked between short transactions, never inside of one.
    """
    before = (at or timezone.now()) - GRACE
    candidates = (key for key in _keys(f"{PREFIX}/{organisation_id}") if _written_before(key, before))
    gone = 0
    while batch := list(islice(candidates, BATCH)):
        with organisation_scope(organisation_id):
            rows = Attachment.objects.filter(organisation_id=organisation_id, key__in=batch)
            known = set(rows.values_list("key", flat=True))
        orphans = [key for key in batch if key not in known]
        objects_delete(orphans)
        gone += len(orphans)
    return gone


def _keys(folder: str) -> Iterator[str]:
    """All keys below a folder: of a bucket one call for a thousand, of a disk by walking."""
    if isinstance(default_storage, S3Storage):
        yield from (found.key for found in default_storage.bucket.objects.filter(Prefix=f"{folder}/"))
        return
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{name}" for name in files)
    for name in folders:
        yield from _keys(f"{folder}/{name}")


def _written_before(key: str, moment: datetime) -> bool:
    """The last part of a key is a UUIDv7, whose first 48 bits are the milliseconds at which the upload began."""
    try:
        identifier = UUID(key.rpartition("/")[2])
    except ValueError:
        return False
    return identifier.version == 7 and datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC) < moment
