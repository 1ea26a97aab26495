"""The base of the REST views behind a login."""

from typing import cast

from rest_framework.request import Request

from accounts.models import Membership
from accounts.tenancy.api import BaseView


class MemberView(BaseView):
    """A view for a member of an organisation, in that organisation's scope."""

    @property
    def actor(self) -> Membership:
        """Who calls, with ``user``, ``organisation``, ``department`` and ``designation`` loaded."""
        return actor_of(self.request)


def actor_of(request: Request) -> Membership:
    """The membership of a REST request that the permission class has let in."""
    return cast(Membership, request._request.membership)  # type: ignore[attr-defined]  # set by the middleware
