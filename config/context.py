"""What every page shows around its content."""

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import cached_property

from accounts.models import Membership
from flows.proposals.selectors import pending_count
from notifications.selectors.inbox import MOST, unread_count
from workflows.selectors.inbox import CAP, decide_count
from workflows.views.base import shown_count

FLOWS: Final = 100


class Badges:
    """The numbers in the navigation, counted only when a template shows them."""

    def __init__(self, member: Membership) -> None:
        self._member = member

    @cached_property
    def inbox(self) -> str:
        """Tasks that wait for the person, up to a hundred."""
        return shown_count(decide_count(self._member), CAP)

    @cached_property
    def notifications(self) -> str:
        """Notices that the person has not read, up to a hundred."""
        return shown_count(unread_count(self._member), MOST + 1)

    @cached_property
    def flows(self) -> str:
        """Proposals of data flows that the person may approve or reject, up to a hundred."""
        return shown_count(pending_count(self._member, FLOWS), FLOWS)


def shell(request: HttpRequest) -> dict[str, Any]:
    """The signed-in person, the organisation, the numbers in the navigation, and where the product is running."""
    membership = getattr(request, "membership", None)
    return {
        "membership": membership,
        "organisation": membership.organisation if membership else None,
        "badges": Badges(membership) if membership else None,
        "demo": settings.DEMO,
    }
