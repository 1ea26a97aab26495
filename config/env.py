"""Typed readers of the process environment. A wrong or missing value stops the start with the variable's name.

Every reader takes the variable's name and an optional default; without a default the variable is required.
An empty value counts as not set, so that `X= ` in a compose file means "use the default".
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})
POSTGRES_SCHEMES = frozenset({"postgres", "postgresql"})


class ImproperEnvironment(RuntimeError):
    """A variable is missing or malformed. The message names the variable, never the value of a secret."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"Environment variable {name} {problem}")
        self.name = name


@dataclass(frozen=True)
class Environment:
    """Readers over one mapping of variables, by default those of the process."""

    variables: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def text(self, name: str, default: str | None = None) -> str:
        """The value without surrounding blanks."""
        value = self.variables.get(name, "").strip()
        if value:
            return value
        if default is None:
            raise ImproperEnvironment(name, "is not set; see .env.example")
        return default

    def flag(self, name: str, default: bool | None = None) -> bool:
        """One of 1/true/yes/on and 0/false/no/off, in any case."""
        value = self.text(name, None if default is None else str(default)).lower()
        if value in TRUE:
            return True
        if value in FALSE:
            return False
        raise ImproperEnvironment(name, f"is {value!r}; expected true or false")

    def integer(self, name: str, default: int | None = None, *, low: int | None = None, high: int | None = None) -> int:
        """A whole number, at least `low` and at most `high` where given."""
        value = self.text(name, None if default is None else str(default))
        try:
            number = int(value)
        except ValueError:
            raise ImproperEnvironment(name, f"is {value!r}; expected a whole number") from None
        if (low is not None and number < low) or (high is not None and number > high):
            raise ImproperEnvironment(name, f"is {number}; expected {_span(low, high)}")
        return number

    def items(self, name: str, default: tuple[str, ...] | None = None) -> list[str]:
        """A comma-separated list; blanks around items and empty items are dropped."""
        if default is not None and not self.variables.get(name, "").strip():
            return list(default)
        return [item.strip() for item in self.text(name).split(",") if item.strip()]

    def path(self, name: str, default: Path | None = None) -> Path:
        """A file system path, `~` expanded, made absolute."""
        return Path(self.text(name, None if default is None else str(default))).expanduser().absolute()

    def secret(self, name: str, default: str | None = None) -> str:
        """A secret given as NAME, or as NAME_FILE naming a file that holds it (container secrets). Not both."""
        file_name = self.variables.get(f"{name}_FILE", "").strip()
        if not file_name:
            return self.text(name, default)
        if self.variables.get(name, "").strip():
            raise ImproperEnvironment(name, f"and {name}_FILE are both set; keep one")
        try:
            value = Path(file_name).read_text(encoding="utf-8").strip()
        except OSError as error:
            problem = f"names a file that cannot be read: {error.strerror}"
            raise ImproperEnvironment(f"{name}_FILE", problem) from error
        if not value:
            raise ImproperEnvironment(f"{name}_FILE", "names an empty file")
        return value

    def url(self, name: str, default: str | None = None, *, schemes: frozenset[str] | None = None) -> str:
        """A URL with a scheme out of `schemes`. May be given as NAME_FILE too: URLs carry passwords."""
        value = self.secret(name, default)
        scheme = _split(name, value).scheme
        if not scheme or (schemes is not None and scheme not in schemes):
            wanted = ", ".join(sorted(f"{s}://" for s in schemes)) if schemes else "scheme://..."
            raise ImproperEnvironment(name, f"is no URL of the expected kind ({wanted})")
        return value

    def database(self, name: str, default: str | None = None) -> dict[str, Any]:
        """A `postgresql://` URL as the NAME, USER, PASSWORD, HOST, PORT and OPTIONS of Django's DATABASES.

        A unix socket is named the way libpq does: `postgresql://user@/name?host=/directory`.
        Other query parameters (sslmode, connect_timeout ...) become OPTIONS.
        """
        parts = _split(name, self.url(name, default, schemes=POSTGRES_SCHEMES))
        options: dict[str, Any] = dict(parse_qsl(parts.query))
        host = options.pop("host", None) or parts.hostname or ""
        port = options.pop("port", None) or parts.port or ""
        database = unquote(parts.path.lstrip("/"))
        if not database:
            raise ImproperEnvironment(name, "names no database (postgresql://user:password@host:5432/database)")
        return {
            "NAME": database,
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": host,
            "PORT": str(port),
            "OPTIONS": options,
        }


def load_file(path: Path) -> None:
    """Set the variables of a `.env` file that the process does not have yet; no file is no error.

    Lines are `NAME=value`, comments start with `#`, one pair of quotes around the value is taken off.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, equals, value = text.removeprefix("export ").partition("=")
        if not equals or not name.strip().isidentifier():
            raise ImproperEnvironment(path.name, f"has no NAME=value on line {number}")
        os.environ.setdefault(name.strip(), _unquoted(value.strip()))


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value


def _span(low: int | None, high: int | None) -> str:
    if low is not None and high is not None:
        return f"{low} to {high}"
    return f"at least {low}" if low is not None else f"at most {high}"


def _split(name: str, value: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - reading it is what refuses a malformed port
    except ValueError as error:
        raise ImproperEnvironment(name, "is a malformed URL") from error
    return parts


env = Environment()
