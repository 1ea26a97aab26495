"""A person's notices."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views import View

from accounts.views.base import MemberRequired, refusals_as_messages, safe_next
from notifications.forms import PreferenceForm
from notifications.selectors.inbox import MOST, notice_page, unread_count
from notifications.services.inbox import choose_email, mark_all_read, mark_read, mark_seen, wants_email
from workflows.views.base import shown_count


class NoticesView(MemberRequired, View):
    """``?tab=unread|all`` and ``cursor``; unread first, unless there is nothing unread."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest) -> HttpResponse:
        unread = unread_count(self.actor)
        tab = request.GET.get("tab") or ("unread" if unread else "all")
        unread_only = tab == "unread"
        page = notice_page(self.actor, unread_only=unread_only, cursor=request.GET.get("cursor", ""))
        here = reverse("notifications")
        shown = shown_count(unread, MOST + 1)
        tabs = [
            {"key": "unread", "label": "Unread", "url": f"{here}?tab=unread", "count": shown, "current": unread_only},
            {"key": "all", "label": "All", "url": f"{here}?tab=all", "current": not unread_only},
        ]
        context = {"tabs": tabs, "unread": unread, "page": page}
        return render(request, "notifications/notifications.html", context)


class NoticeReadView(MemberRequired, View):
    """Marks one notice read. With ``open`` in the form the browser goes on to what it is about."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, notice_id: UUID) -> HttpResponse:
        target = safe_next(request, reverse("notifications"))
        with refusals_as_messages(request):
            notice = mark_read(notice_id=notice_id, actor=self.actor)
            if "open" in request.POST and notice.path:
                target = notice.path
        return redirect(target)


class NoticesSeenView(MemberRequired, View):
    """A page tells that it is being looked at, by script; the notices about it are read, and the navigation counts anew.

    Without script they are read from the list: opening a page writes nothing.
    """

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest) -> HttpResponse:
        mark_seen(path=request.POST.get("path", ""), actor=self.actor)
        return render(request, "components/badges.html")


class NoticesReadAllView(MemberRequired, View):
    """Marks everything read."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest) -> HttpResponse:
        mark_all_read(actor=self.actor)
        return redirect(safe_next(request, reverse("notifications")))


class PreferencesView(MemberRequired, View):
    """Whether the person gets e-mail."""

    http_method_names = ("get", "head", "post", "options")

    def get(self, request: HttpRequest) -> HttpResponse:
        form = PreferenceForm(initial={"email": wants_email(self.actor)})
        return render(request, "notifications/preferences.html", {"form": form})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = PreferenceForm(request.POST)
        if not form.is_valid():
            return render(request, "notifications/preferences.html", {"form": form}, status=422)
        choose_email(email=form.cleaned_data["email"], actor=self.actor)
        messages.success(request, "Saved.")
        return redirect("notifications_preferences")
