"""Where notices lead to, and the ids by which mails are known."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse


def request_path(run_id: UUID) -> str:
    """The page of a request: it shows, and asks for a login; a decision there is a POST."""
    return reverse("request", args=[run_id])


def inbox_path() -> str:
    """The person's work, for notices about several requests."""
    return reverse("inbox")


def bulk_path(act_id: UUID) -> str:
    """What became of a wish for many requests."""
    return reverse("bulk", args=[act_id])


def proposal_path(proposal_id: UUID) -> str:
    """The page of a proposed data flow."""
    return reverse("flows:proposal", args=[proposal_id])


def absences_path() -> str:
    """Where absences are answered: the reader's own profile."""
    return f"{reverse('profile')}#absences"


def message_id(delivery_id: Any) -> str:
    """The Message-ID of a delivery (RFC 5322), the same for each attempt so that receivers can tell a repetition."""
    return f"<{delivery_id}@{settings.DOMAIN}>"
