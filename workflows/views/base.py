"""What the pages of this app share: tabs, fragments for htmx, and doors as pages."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from accounts.tenancy.errors import Denied, DomainError, Invalid, NotFound

MAX_WORDS: Final = 200


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab as a link, see templates/components/tabs.html; ``count`` is shown unless it is empty."""

    key: str
    label: str
    url: str
    count: str = ""
    current: bool = False


def shown_count(count: int, cap: int) -> str:
    """A count that was taken up to ``cap``: "99+" when it got there, empty for none."""
    return "" if not count else f"{cap - 1}+" if count >= cap else str(count)


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, fragment: str = "", status: int = 200
) -> HttpResponse:
    """The page; to htmx only its changing part, where ``fragment`` names a template for it."""
    headers = request.headers
    alone = fragment and headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"
    response = render(request, fragment if alone else template, dict(context), status=status)
    response.headers.setdefault("Cache-Control", "no-store, private")
    patch_vary_headers(response, ["HX-Request"])
    return response


def words(request: HttpRequest) -> str:
    """What stands in the search box."""
    return request.GET.get("q", "").strip()[:MAX_WORDS]


@contextmanager
def found() -> Iterator[None]:
    """A door that stays shut is the page "not found", whatever was behind it."""
    try:
        yield
    except NotFound:
        raise Http404 from None


@contextmanager
def told(request: HttpRequest) -> Iterator[None]:
    """Run a service behind a plain button. What it refuses is said on the next page, place by place; a missing row and a
    missing right are pages of their own. Nothing it wrote stays then."""
    try:
        with transaction.atomic():
            yield
    except NotFound:
        raise Http404 from None
    except Denied as error:
        raise PermissionDenied(error.message) from None
    except Invalid as error:
        for path, texts in (error.fields or {"": [error.message]}).items():
            messages.error(request, f"{path}: {' '.join(texts)}".removeprefix(": "))
    except DomainError as error:
        messages.error(request, error.message)
