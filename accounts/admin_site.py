"""The administration. On an organisation's host it is that organisation's, open to its tenant admins. On the bare domain
it is the platform's: its admins see the list of organisations and step into one, giving a reason that stays on record there.
"""

from functools import update_wrapper
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.admin_base import AdminHabits, admin_of
from accounts.forms import LoginForm, StepInForm
from accounts.models import ActingAdmin, Organisation, User
from accounts.selectors.platform import platform_user
from accounts.services.login import LoginRefused, sign_out
from accounts.services.platform import organisation_enter, organisation_leave, platform_sign_in
from accounts.sessions import platform_session_open, session_close, session_step_in, session_step_out
from accounts.tenancy.errors import DomainError, Invalid
from accounts.tenancy.hosts import client_address
from accounts.throttle import TooManyAttempts

# What a tenant admin looks for most comes first.
APPS = ("accounts", "workflows", "forms_builder", "notifications", "flows")

# Passwords are changed in the profile; a link to any row of any kind is nobody's need.
UNUSED = {"password_change", "password_change_done", "view_on_site"}


class OrganisationAdminSite(admin.AdminSite):
    site_header = "Countersign administration"
    site_title = "Countersign administration"
    index_title = "Administration"
    final_catch_all_view = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """As Django's; every class gets the habits of this administration, and Django's global groups stay out."""
        wanted = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        if Group in wanted:
            return
        kind = admin_class or admin.ModelAdmin
        dressed = type(kind.__name__, (AdminHabits, kind), {"__module__": kind.__module__})
        super().register(wanted, dressed, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return admin_of(request) is not None or platform_admin(request) is not None

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        inner = super().admin_view(view, cacheable)
        # The class whose page it is; what is no class's is the site's own.
        pages = getattr(view, "__self__", None)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            # Somebody who is signed in and is no admin need not be asked for a password.
            if getattr(request, "membership", None) is not None and not self.has_permission(request):
                raise PermissionDenied
            user = platform_admin(request)
            if user is not None:
                request.user = user
                if self._is_elsewhere(request, pages):
                    return self._elsewhere(request)
            return inner(request, *args, **kwargs)

        return update_wrapper(guarded, inner)

    def get_urls(self) -> list[Any]:
        urls = [each for each in super().get_urls() if getattr(each, "name", None) not in UNUSED]
        platform = [
            path("enter/<uuid:organisation_id>/", self.admin_view(self.enter), name="enter"),
            path("leave/", self.admin_view(require_POST(self.leave)), name="leave"),
        ]
        return platform + urls

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        return sorted(super().get_app_list(request, app_label), key=lambda app: APPS.index(app["app_label"]))

    def get_log_entries(self, request: HttpRequest) -> QuerySet[LogEntry]:
        return LogEntry.objects.none()

    def each_context(self, request: Any) -> dict[str, Any]:
        stepped_in = isinstance(admin_of(request), ActingAdmin)
        return {**super().each_context(request), "stepped_in": stepped_in, "acting": admin_of(request)}

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """On an organisation's host its own login page; on the bare domain the platform's."""
        if self.has_permission(request):
            return redirect("admin:index")
        if getattr(request, "organisation_slug", None) is not None:
            return redirect(f"{reverse('login')}?next={reverse('admin:index')}")
        form = LoginForm(request.POST or None)
        if form.is_valid():
            try:
                user = platform_sign_in(request, **form.cleaned_data)
            except LoginRefused as refusal:
                form.add_error(None, refusal.message)
            except TooManyAttempts as refusal:
                answer = render(request, "errors/429.html", {"detail": refusal.message}, status=429)
                answer.headers["Retry-After"] = str(refusal.params["retry_after"])
                return answer
            else:
                platform_session_open(request, user)
                return redirect("admin:index")
        context = {"form": form, "organisation": {"name": "the platform"}, "platform": True}
        return render(request, "accounts/login.html", context)

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        if request.method != "POST":
            return redirect("admin:index")
        member = admin_of(request)
        if isinstance(member, ActingAdmin):
            organisation_leave(user=member.user, organisation_id=member.organisation_id)
        elif member is not None:
            sign_out(member)
        session_close(request)
        return redirect("admin:login")

    def enter(self, request: HttpRequest, organisation_id: UUID) -> HttpResponse:
        """Asks for the reason and steps in."""
        user, organisation = platform_admin(request), organisation_of(organisation_id)
        if user is None:
            raise Http404
        if admin_of(request) is not None:
            return self._elsewhere(request)
        form = StepInForm(request.POST or None)
        if form.is_valid():
            try:
                given = form.cleaned_data
                organisation_enter(user=user, organisation_id=organisation.id, address=client_address(request), **given)
            except DomainError as error:
                form.add_error("reason" if isinstance(error, Invalid) else None, error.message)
            else:
                session_step_in(request, organisation, may_write=given["may_write"])
                return redirect("admin:index")
        context = {**self.each_context(request), "title": f"Step into {organisation.name}", "form": form}
        return render(request, "admin/enter.html", context)

    def leave(self, request: HttpRequest) -> HttpResponse:
        """Back to the list of organisations."""
        member = admin_of(request)
        if not isinstance(member, ActingAdmin):
            raise Http404
        organisation_leave(user=member.user, organisation_id=member.organisation_id)
        session_step_out(request)
        return redirect("admin:index")

    def _elsewhere(self, request: HttpRequest) -> HttpResponse:
        """The page that says how to get to where the wanted one is."""
        context = {**self.each_context(request), "title": "Not from here"}
        return render(request, "admin/elsewhere.html", context, status=403)

    def _is_elsewhere(self, request: HttpRequest, pages: Any) -> bool:
        """Whether a platform admin asks for pages of an organisation outside of one, or inside of one for the platform's."""
        return isinstance(pages, admin.ModelAdmin) and not pages.has_module_permission(request)


def platform_admin(request: HttpRequest) -> User | None:
    """The platform admin of the request: on the bare domain only."""
    if getattr(request, "organisation_slug", None) is not None:
        return None
    return platform_user(request.session)


def organisation_of(organisation_id: UUID) -> Organisation:
    organisation = Organisation.objects.filter(id=organisation_id).first()
    if organisation is None:
        raise Http404
    return organisation
