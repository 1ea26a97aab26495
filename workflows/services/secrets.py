"""Secrets of an organisation: written by admins, sent by automatic steps, shown to nobody.

Sealed with Fernet (AES and HMAC) under keys of the installation: ``COUNTERSIGN_SECRETS_KEYS`` names them, newest first;
without it the key is derived from ``SECRET_KEY``. A value is bound to nothing but the key, so a backup without it is noise.
"""

import base64
import hashlib
import re
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit.record import record
from accounts.models import Membership
from accounts.tenancy.errors import Invalid, NotFound
from workflows import policies
from workflows.machine_events import SecretDeleted, SecretSaved
from workflows.models import Secret

NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
MOST: Final = 8_000


class SecretNotFound(NotFound):
    code = "secret.not_found"


class SecretUnreadable(Exception):
    """Sealed under a key that the installation does not have any more."""


def sealed(value: str) -> bytes:
    return _keys(_key_texts()).encrypt(value.encode())


def opened(token: bytes) -> str:
    """Raises SecretUnreadable."""
    try:
        return _keys(_key_texts()).decrypt(token).decode()
    except InvalidToken as error:
        raise SecretUnreadable("its key is not there any more; an admin must enter it again.") from error


@transaction.atomic
def secret_save(
    *, actor: Membership, name: str, value: str, note: str | None = None, at: datetime | None = None
) -> Secret:
    """Make a secret, or give it another value; without a ``note`` it keeps its own.

    Raises Denied (``secret.save.denied``), Invalid.
    """
    policies.secrets.require(actor, "save")
    wrong: dict[str, list[str]] = {}
    if not NAME.fullmatch(name):
        wrong["name"] = ["Use letters, digits and underscores, beginning with a letter; at most 60."]
    if not value or len(value) > MOST or "\0" in value:
        wrong["value"] = [f"Enter the secret, at most {MOST} characters."]
    if wrong:
        raise Invalid(wrong)
    moment = at or timezone.now()
    rows = Secret.objects.select_for_update().filter(organisation_id=actor.organisation_id, name=name)
    row = rows.first()
    if row is None:
        row = Secret(organisation_id=actor.organisation_id, name=name, created_at=moment, created_by_id=actor.id)
    row.sealed = sealed(value)
    if note is not None:
        row.note = note[:200]
    row.touch(actor.id, moment)
    try:
        row.save()
    except IntegrityError as error:
        raise Invalid({"name": ["Somebody has just made a secret of this name. Try again."]}) from error
    event = SecretSaved(subject_id=row.id, name=name, by_id=actor.id, by_name=actor.name)
    record(event, actor=actor, organisation_id=actor.organisation_id, at=moment)
    return row


@transaction.atomic
def secret_delete(*, actor: Membership, secret_id: UUID, at: datetime | None = None) -> None:
    """Steps that name it fail from now on. Raises SecretNotFound, Denied (``secret.delete.denied``)."""
    row = Secret.objects.select_for_update().filter(organisation_id=actor.organisation_id, id=secret_id).first()
    if row is None:
        raise SecretNotFound
    policies.secrets.require(actor, "delete", row)
    event = SecretDeleted(subject_id=row.id, name=row.name, by_id=actor.id, by_name=actor.name)
    row.delete()
    record(event, actor=actor, organisation_id=actor.organisation_id, at=at or timezone.now())


def _key_texts() -> tuple[str, ...]:
    given: tuple[str, ...] = tuple(settings.SECRETS_KEYS)
    return given or (f"countersign secrets {settings.SECRET_KEY}",)


@lru_cache(4)
def _keys(texts: tuple[str, ...]) -> MultiFernet:
    """Any text of enough entropy is a key: it is hashed to the length that Fernet wants."""
    return MultiFernet([Fernet(base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())) for text in texts])
