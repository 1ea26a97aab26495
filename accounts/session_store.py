"""Sessions in the database (``SESSION_ENGINE``), which do not ask it about keys that it never gave out."""

from typing import Any

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """A quoted cookie can hold any byte, NUL too, which the database refuses with an error."""

    def _validate_session_key(self, key: Any) -> bool:
        return isinstance(key, str) and 8 <= len(key) <= 40 and key.isascii() and key.isalnum()
