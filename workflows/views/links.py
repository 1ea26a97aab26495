"""Links that ask for a decision, on the page of the request: withdraw one, send new ones."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from accounts.tenancy.errors import NotFound
from accounts.views.base import refusals_as_pages
from workflows.forms import NoteForm, RevokeForm
from workflows.selectors.doors import open_task
from workflows.selectors.links import run_of_link
from workflows.services.links import link_revoke, links_send_again
from workflows.views.actions import ActionView


class LinkRevokeView(ActionView):
    place = "links"

    def post(self, request: HttpRequest, link_id: UUID) -> HttpResponse:
        try:
            view = run_of_link(self.actor, link_id)
        except NotFound:
            raise Http404 from None
        form = RevokeForm(request.POST)

        def act() -> None:
            link_revoke(link_id=link_id, actor=self.actor, reason=form.cleaned_data["reason"])

        return self.attempt(request, view, form, act, "The link has been withdrawn.")


class TaskLinksView(ActionView):
    place = "links"

    def post(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        with refusals_as_pages():
            door = open_task(self.actor, task_id)

        def act() -> None:
            links_send_again(task_id=task_id, actor=self.actor)

        return self.attempt(request, door.view, NoteForm(request.POST), act, "New links are on their way.")
