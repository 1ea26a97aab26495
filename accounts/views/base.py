"""What every page behind a login is made of."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View

from accounts.models import Membership
from accounts.tenancy.errors import Denied, DomainError, Invalid, NotFound
from accounts.tenancy.hosts import page_left
from accounts.tenancy.middleware import TenantRequest


class MemberRequired:
    """Mixin, leftmost: an anonymous visitor is sent to the login page and comes back; everybody else is a member.

    The right to a row is not asked here: services and selectors answer 404 for what the person may not know.
    """

    request: HttpRequest

    @property
    def actor(self) -> Membership:
        """The acting person, with ``user``, ``organisation``, ``department`` and ``designation`` loaded."""
        return actor_of(self.request)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if tenant(request).membership is None:
            return login_redirect(request)
        return cast(HttpResponseBase, super().dispatch(request, *args, **kwargs))  # type: ignore[misc]  # a View's


def tenant(request: HttpRequest) -> TenantRequest:
    """The request with what the tenancy middleware has added to it."""
    return cast(TenantRequest, request)


def actor_of(request: HttpRequest) -> Membership:
    """The acting person of a view behind MemberRequired. Raises Http404 for nobody, should a view forget the mixin."""
    membership: Membership | None = tenant(request).membership
    if membership is None:
        raise Http404
    return membership


def login_redirect(request: HttpRequest) -> HttpResponse:
    """To the login page and back; a script's request makes the whole window go there. Who sent something hears that it was not
    taken, and comes back to the page that they sent it from."""
    is_page = request.method == "GET" and "HX-Request" not in request.headers
    back = request.get_full_path() if is_page else page_left(request)
    back = back if _opens(back) else ""
    if request.method not in {"GET", "HEAD"}:
        messages.warning(request, "You were logged out, and nothing was sent. Log in, then send it again.")
    target = reverse("login") + (f"?{urlencode({'next': back})}" if back not in {"", "/"} else "")
    if "HX-Request" in request.headers:
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)


def _opens(path: str) -> bool:
    """Whether the address can be opened; a refused form is answered at one that cannot."""
    try:
        view = getattr(resolve(urlsplit(path).path).func, "view_class", View)
    except Resolver404:
        return True
    return "get" in view.http_method_names


def safe_next(request: HttpRequest, fallback: str) -> str:
    """Where to go after a form: ``next`` if it is a path of this host, else ``fallback``."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_path = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_path else fallback


@contextmanager
def refusals_on(form: forms.BaseForm) -> Iterator[None]:
    """Run a service; what it refuses becomes errors of the form, at their fields. Nothing it wrote stays then.

    A missing row and a missing right stay the pages that they are.
    """
    with refusals_as_pages():
        try:
            with transaction.atomic():
                yield
        except (NotFound, Denied):
            raise
        except DomainError as error:
            for path, texts in _places(error).items():
                form.add_error(path if path in form.fields else None, texts)


@contextmanager
def refusals_as_messages(request: HttpRequest) -> Iterator[None]:
    """Run a service behind a plain button; what it refuses is said on the next page, place by place. Nothing it wrote
    stays then. A missing row and a missing right are pages of their own.
    """
    with refusals_as_pages():
        try:
            with transaction.atomic():
                yield
        except (NotFound, Denied):
            raise
        except DomainError as error:
            for path, texts in _places(error).items():
                messages.error(request, f"{path}: {' '.join(texts)}".removeprefix(": "))


@contextmanager
def refusals_as_pages() -> Iterator[None]:
    """A missing row is the page "not found", whatever was behind it; a missing right the page that says so."""
    try:
        yield
    except NotFound:
        raise Http404 from None
    except Denied as error:
        raise PermissionDenied(error.message) from None


def _places(error: DomainError) -> Mapping[str, list[str]]:
    fields = error.fields if isinstance(error, Invalid) else {}
    return fields or {"": [error.message]}
