"""Sessions in the database (``SESSION_ENGINE``), which do not ask it about keys that it never gave out."""

from typing import Any, Final

from django.contrib.sessions.backends import db
from django.utils import timezone

from accounts.tenancy.statements import execute_prepared

_LOAD: Final = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    """A quoted cookie can hold any byte, NUL too, which the database refuses with an error."""

    def _validate_session_key(self, key: Any) -> bool:
        return isinstance(key, str) and 8 <= len(key) <= 40 and key.isascii() and key.isalnum()

    def load(self) -> dict[str, Any]:
        """What every request of a browser begins with, so by a statement whose plan the server keeps."""
        rows = execute_prepared(_LOAD, [self.session_key, timezone.now()])
        if not rows:
            self._session_key = None
            return {}
        found: dict[str, Any] = self.decode(rows[0][0])
        return found
