"""What an absence can be limited to.

Accounts knows no workflows and no proposals: to it the subjects of work are opaque keys ("workflow:<id>"). Each app that
hands out work registers which keys there are, and says which of them a piece of its work is about when it asks.
"""

from collections.abc import Callable
from uuid import UUID

MOST_KEYS = 50
"""Of one absence; who is away for more is away for everything."""

Offer = Callable[[UUID], list[tuple[str, str]]]
_offers: list[Offer] = []


def register_scopes(offer: Offer) -> None:
    """Have ``offer(organisation_id)``, a list of (key, label), among the choices. Each app does so in ``apps.py``."""
    if offer not in _offers:
        _offers.append(offer)


def scope_choices(organisation_id: UUID) -> dict[str, str]:
    """Every key of the organisation with its label, in the order of the apps. Needs the scope."""
    return {key: label for offer in _offers for key, label in offer(organisation_id)}
