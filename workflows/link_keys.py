"""The secrets of decision links: made when a mail leaves, kept as hashes only."""

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.crypto import salted_hmac

SECRET_BYTES: Final = 32
CODE_DIGITS: Final = 6
SALT: Final = "workflows.decision_link.code"


@dataclass(frozen=True, slots=True)
class LinkKey:
    """What a link says: in which organisation, which one, and the proof."""

    organisation_id: UUID
    link_id: UUID
    secret: bytes

    @classmethod
    def new(cls, organisation_id: UUID, link_id: UUID) -> "LinkKey":
        return cls(organisation_id, link_id, secrets.token_bytes(SECRET_BYTES))

    @classmethod
    def read(cls, token: str) -> "LinkKey | None":
        """None for what cannot be a link of ours."""
        try:
            raw = base64.b64decode(f"{token}==".encode("ascii"), altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error):
            return None
        if len(raw) != 32 + SECRET_BYTES:
            return None
        found = cls(UUID(bytes=raw[:16]), UUID(bytes=raw[16:32]), raw[32:])
        return found if found.token == token else None  # there is one way to write each

    @property
    def token(self) -> str:
        whole = self.organisation_id.bytes + self.link_id.bytes + self.secret
        return base64.urlsafe_b64encode(whole).decode("ascii").rstrip("=")

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.secret).hexdigest()

    def opens(self, hashes: list[str]) -> bool:
        """Whether one of the hashes is of this secret; all are compared."""
        return sum(hmac.compare_digest(one, self.hash) for one in hashes) > 0


def new_code() -> str:
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def code_hash(link_id: UUID, code: str) -> str:
    """Keyed, since so few digits could be tried out against a plain one."""
    return salted_hmac(SALT, f"{link_id}:{code}", algorithm="sha256").hexdigest()


def is_code(link_id: UUID, code: str, kept: str) -> bool:
    return bool(kept) and hmac.compare_digest(code_hash(link_id, code), kept)
