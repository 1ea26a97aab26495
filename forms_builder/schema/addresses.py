"""Mail addresses of people without an account: one form, when two are one mailbox, and how much of one is shown."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, StringConstraints

LONGEST: Final = 254
_LOCAL: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL: Final = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(rf"(?=.{{3,{LONGEST}}}\Z){_LOCAL}@({_LABEL}\.)+{_LABEL}", re.ASCII)
"""One address and nothing else: no name, no list, no quotes, no letters that only look like others."""


class BadAddress(ValueError):
    """The text is no mail address."""


def address(text: str) -> str:
    """The address without outer space, its domain in small letters. Raises BadAddress."""
    found = text.strip()
    if not _ADDRESS.fullmatch(found) or len(found.partition("@")[0]) > 64:
        raise BadAddress("write one mail address, such as name@example.com")
    local, _, domain = found.rpartition("@")
    return f"{local}@{domain.lower()}"


def mailbox(text: str) -> str:
    """What tells mailboxes apart: without capitals, and without what comes after a plus sign."""
    local, _, domain = text.strip().casefold().rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def masked(text: str) -> str:
    """Enough to be recognised by those who know it: ``j•••@example.com``."""
    local, _, domain = text.rpartition("@")
    return f"{local[:1]}•••@{domain}" if domain else "•••"


Mailbox = Annotated[str, StringConstraints(max_length=LONGEST), AfterValidator(address)]
