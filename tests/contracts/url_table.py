"""Every address of the product and who may use it.

How to add an address: put one ``Line`` into the ``LINES`` of ``tests/contracts/urls_<app>.py``. The test in
``test_urls_actors.py`` walks the URLconf and fails for an address and method without a line.

    Line("inbox/", "get")                                               # a page that every member may open
    Line("api/v1/tasks/<uuid:task_id>/", "get", holder="ravi", without="farid", ids=of_task)
    Line("api/v1/tasks/<uuid:task_id>/complete/", "post", holder="ravi", without="farid", ids=of_task, data=decision)

* ``route`` is the address as the URLconf spells it, without the leading slash; ``method`` in lower case.
* ``holder`` names the person of the cast (tests/cast.py, ``Acme``) who may: the positive control. ``without`` names a
  colleague who may not, and must get ``denied`` (by default 403 or 404); leave it out where every member may.
* ``ids`` makes the arguments: a function of the ``World``, called in Acme's scope. Build rows with ``world(builder)``: a
  builder of ``ids`` runs once for all lines with the same function, each of which undoes what it did; one of ``data`` once
  per test. Put ``world.canary`` into every text of a row: it must never reach another organisation.
* ``data`` is the body, a dictionary or a function of the world; JSON for the API and with
  ``as_json``, a form for other pages.
* ``access`` is "member" by default; "platform" for the platform's own admins on the bare domain; "public" for what needs
  no login at all.
* ``ok`` are the statuses of the positive control. ``query`` is put behind the address; ``at`` replaces an address whose
  parameters are no ids; ``platform`` says that the platform's admins have a page of their own there.

Models in Django's administration need no lines, only a row each: ``ADMIN_ROWS = {"app.model": builder}`` in the same file;
``urls_admin.py`` makes their lines.

What each line is tested for: anonymous, deactivated, expired and foreign credentials get nothing; a foreign id and a
missing id have the same answer, byte for byte; the canary stays at home; refused requests record nothing; answers are
not cached.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Department, Membership, User
from tests.cast import Acme, Globex, make_acme, make_globex
from tests.factories.accounts import UserFactory

T = TypeVar("T")
METHODS = ("get", "post", "put", "patch", "delete")
PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")

# Django spells the administration's page of one app as a list of all apps.
APP_LABEL = re.compile(r"\^\(\?P<app_label>[^)]*\)/\$")


class World:
    """Acme, whose texts carry a canary, Globex next door, and a platform admin."""

    def __init__(self) -> None:
        self.canary = f"canary{uuid4().hex}"
        self.acme: Acme = make_acme()
        self.globex: Globex = make_globex()
        self.olga: User = UserFactory(name="Olga", email="olga@platform.example", is_platform_admin=True)
        self._made: dict[Callable[[World], Any], Any] = {}
        with self.acme.scope():
            for row in [*Membership.objects.all(), *Department.objects.all()]:
                row.name = f"{row.name} {self.canary}"
                row.save(update_fields=["name"])

    def __call__(self, builder: "Callable[[World], T]") -> T:
        """What the builder makes, made once. Needs Acme's scope."""
        if builder not in self._made:
            self._made[builder] = builder(self)
        made: T = self._made[builder]
        return made

    @contextmanager
    def forgetting(self) -> Iterator[None]:
        """The rows that builders make inside are gone afterwards; what was there before stays."""
        kept = dict(self._made)
        yield
        self._made = kept

    def forget(self) -> None:
        """The rows of all builders are gone."""
        self._made.clear()

    def person(self, name: str) -> Membership:
        """A person of Acme, fresh from the database; Olga as somebody who is a member of nothing."""
        if name == "olga":
            return Membership(user=User.objects.get(id=self.olga.id), organisation=self.acme.organisation)
        member: Membership = getattr(self.acme, name)
        with self.acme.scope():
            found: Membership = Membership.objects.select_related("user", "organisation").get(id=member.id)
            return found


Ids = Callable[[World], Mapping[str, Any]]
Data = Mapping[str, Any] | Callable[[World], Mapping[str, Any]]


def no_ids(_: World) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Line:
    route: str
    method: str = "get"
    holder: str = "asha"
    without: str = ""
    ids: Ids = no_ids
    data: Data = field(default_factory=dict)
    access: str = "member"
    ok: tuple[int, ...] = (200, 201, 204, 302, 303)
    denied: tuple[int, ...] = (403, 404)
    query: str = ""
    at: str = ""
    platform: bool = False
    as_json: bool = False

    @property
    def name(self) -> str:
        return f"{self.method} /{self.route}"

    @property
    def is_api(self) -> bool:
        return self.route.startswith("api/")

    def path(self, ids: Mapping[str, Any]) -> str:
        """The address with its parameters filled in."""
        filled = self.at or PARAMETER.sub(lambda match: str(ids[match["name"]]), self.route)
        return f"/{filled}{self.query}"

    def missing(self, ids: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments of the same shape that name nothing."""
        return {name: uuid4() if is_uuid(value) else "missing" for name, value in ids.items()}


def is_uuid(value: Any) -> bool:
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True


def addresses() -> Iterator[tuple[str, Any]]:
    """Every route of the URLconf with its view."""
    yield from _walk(get_resolver().url_patterns, "")


def _walk(patterns: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    for entry in patterns:
        route = prefix + APP_LABEL.sub("<app_label>/", str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, route)
        elif isinstance(entry, URLPattern):
            yield route, entry.callback


def methods_of(view: Any) -> tuple[str, ...]:
    """The methods that a view answers; a function answers GET unless a decorator or its line says otherwise."""
    view_class = getattr(view, "view_class", None) or getattr(view, "cls", None)
    if view_class is None:
        return ()
    allowed = set(view_class.http_method_names)
    return tuple(method for method in METHODS if method in allowed and hasattr(view_class, method))


__all__ = ["METHODS", "Line", "World", "addresses", "methods_of", "no_ids"]
