"""What processes keep of an organisation's directory, for as long as its stamp stays the same."""

from collections import OrderedDict
from threading import Lock
from typing import Final, Generic, TypeVar
from uuid import UUID

STAMP: Final = "(SELECT ds.stamp FROM accounts_directorystamp ds WHERE ds.organisation_id = %s)"
"""The stamp of the organisation, for statements that read it beside other things; see ``accounts.models.DirectoryStamp``."""

K = TypeVar("K")
V = TypeVar("V")
ORGANISATIONS: Final = 500


class Kept(Generic[K, V]):
    """Values by organisation and key, true for one stamp: those of an older stamp are forgotten. Safe between threads.

    Values must not be changed by who gets them. Without a stamp nothing is kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[UUID, tuple[int, dict[K, V]]] = OrderedDict()
        self._lock = Lock()

    def of(self, organisation_id: UUID, stamp: int | None) -> dict[K, V]:
        """The values kept for the stamp: a dictionary to read and to add to; at most ``most`` values stay in it."""
        if stamp is None:
            return {}
        with self._lock:
            found = self._kept.get(organisation_id)
            if found is None or found[0] != stamp or len(found[1]) > self._most:
                found = self._kept[organisation_id] = (stamp, {})
                while len(self._kept) > ORGANISATIONS:
                    self._kept.popitem(last=False)
            return found[1]
