"""A database URL as Django's settings, without anything of ours."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


def database_of(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": parts.username,
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or parse_qs(parts.query)["host"][0],
        "PORT": parts.port or "",
        "CONN_MAX_AGE": None,
    }
