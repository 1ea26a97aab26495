"""Double submits of a page: the hidden key makes both land on the same page, and one thing happen."""

import time
from typing import Final
from urllib.parse import urlsplit
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.models import Membership
from accounts.tenancy.idempotency import Answer, Attempt, KeyInFlight

PATIENCE: Final = 100
PAUSE: Final = 0.05
"""Seconds between two looks at whether the first click is through; five seconds in all."""


class Once:
    """One submission of a form, known by its hidden key. Without a key nothing is kept."""

    def __init__(self, request: HttpRequest, actor: Membership) -> None:
        key = request.POST.get("idempotency_key", "")
        # The key belongs to one rendering of the page; what was typed may differ after a refusal.
        self._attempt = Attempt.of(actor.organisation_id, actor.id, request.path, key, b"") if key else None

    def earlier(self) -> HttpResponse | None:
        """The answer to the first click, waited for while it is on its way. Raises KeyMalformed, KeyInFlight."""
        if self._attempt is None:
            return None
        for _ in range(PATIENCE):
            try:
                answer = self._attempt.replay()
            except KeyInFlight:
                time.sleep(PAUSE)
                continue
            return redirect(_path(answer.headers["Location"])) if answer else None
        raise KeyInFlight

    def keep(self, address: str) -> HttpResponse:
        """Go to ``address``, and have every further click go there too."""
        if self._attempt is not None:
            self._attempt.keep(Answer(302, "", {"Location": address}))
        return redirect(address)


def key_of(request: HttpRequest) -> str:
    """The hidden key of a page that is drawn: a new one, or after a refusal the one that was posted."""
    return request.POST.get("idempotency_key") or uuid4().hex


def _path(address: str) -> str:
    """Only ever a path of this host, whatever was stored."""
    return urlsplit(address).path
