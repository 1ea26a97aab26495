"""The administration's addresses, made from what is registered there. A model needs a row: ``ADMIN_ROWS`` of its app's table."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from django.contrib import admin

from accounts.admin_base import OrganisationModelAdmin
from tests.contracts.url_table import Line, World

Builder = Callable[[World], Any]
ADMIN, PLATFORM = "admin/", {"accounts.organisation", "accounts.user"}
# A page to change rows and none to add them, or one that may refuse, or that needs nothing to be said.
MADE_ELSEWHERE = {
    *("accounts.objectgrant", "workflows.workflowdefinition", "workflows.task", "flows.flowsettings"),
    "forms_builder.formsettings",
}


def rows() -> dict[str, Builder]:
    """Model label -> builder of a row of Acme."""
    found: dict[str, Builder] = {}
    for path in Path(__file__).parent.glob("urls_*.py"):
        if path.stem != Path(__file__).stem:
            found |= getattr(import_module(f"tests.contracts.{path.stem}"), "ADMIN_ROWS", {})
    return found


def object_id(builder: Builder) -> Callable[[World], Mapping[str, Any]]:
    return lambda world: {"object_id": world(builder).pk}


def lines_of(label: str, model_admin: Any, builder: Builder) -> Iterator[Line]:
    """The pages of one model. What an admin may not do with it is refused to the admin too."""
    base = f"{ADMIN}{label.replace('.', '/')}/"
    who: dict[str, Any] = {"holder": "tess", "without": "asha"}
    if label in PLATFORM:
        who = {"holder": "olga", "access": "platform"}
    ids = object_id(builder)
    any_answer = (200, 302, 403)
    yield Line(base, "get", **who)
    yield Line(base, "post", **who, ok=(200, 302, 403))
    own = isinstance(model_admin, OrganisationModelAdmin) and label not in MADE_ELSEWHERE
    for method in ("get", "post"):
        ok = (200,) if own else any_answer
        yield Line(f"{base}add/", method, **who, ok=ok)
        yield Line(f"{base}<path:object_id>/change/", method, **who, ids=ids, ok=any_answer)
        yield Line(f"{base}<path:object_id>/delete/", method, **who, ids=ids, ok=any_answer)
    yield Line(
        f"{base}<path:object_id>/history/", "get", **who, ids=ids, ok=(200, 404) if label in PLATFORM else (200,)
    )


def admin_lines() -> Iterator[Line]:
    builders = rows()
    for model, model_admin in admin.site._registry.items():
        label = model._meta.label_lower
        if label in builders:
            yield from lines_of(label, model_admin, builders[label])


def organisation(world: World) -> Mapping[str, Any]:
    return {"organisation_id": world.acme.organisation.id}


MANAGER = "?app_label=accounts&model_name=membership&field_name=manager"
LINES = [
    Line("admin/", "get", holder="tess", without="asha", platform=True),
    Line("admin/login/", "get", access="public", ok=(302,)),
    Line("admin/logout/", "get", access="public", ok=(302,)),
    Line("admin/logout/", "post", access="public", ok=(302,)),
    Line("admin/jsi18n/", "get", access="public", ok=(302,)),
    Line("admin/autocomplete/", "get", holder="tess", without="asha", query=MANAGER),
    Line("admin/<app_label>/", "get", holder="tess", without="asha", at="admin/accounts/", platform=True),
    Line("admin/enter/<uuid:organisation_id>/", "get", holder="olga", access="platform", ids=organisation),
    Line("admin/enter/<uuid:organisation_id>/", "post", holder="olga", access="platform", ids=organisation),
    Line("admin/leave/", "post", holder="olga", access="platform", ok=(404,)),
    *admin_lines(),
]
