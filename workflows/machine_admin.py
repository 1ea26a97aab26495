"""For tenant admins: secrets that automatic steps send, and the steps themselves, to look at.

Failed steps are mended on the page of their request, where their reason is kept with everything else.
"""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin_base import MachineOwnedAdmin, OrganisationModelAdmin, OwnedForm, ShownInline
from accounts.models import Membership
from accounts.tenancy.models import OrganisationOwned
from workflows.models import ConfiguredTask, MachineStep, Secret, TaskAttempt
from workflows.services.configured_tasks import configured_task_delete, configured_task_save
from workflows.services.secrets import MOST, secret_delete, secret_save


class SecretForm(OwnedForm):
    value = forms.CharField(
        max_length=MOST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Never shown again. Steps name it as {{ secret.name }}.",
    )

    class Meta:
        model = Secret
        fields = ("name", "note")


@admin.register(Secret)
class SecretAdmin(OrganisationModelAdmin):
    form = SecretForm
    list_display = ("name", "note", "modified_at")
    search_fields = ("name", "note")
    ordering = ("name",)
    fields = ("name", "note", "value")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("name",) if obj is not None else ()

    def save_row(self, actor: Membership, row: Any, values: dict[str, Any], form: Any) -> OrganisationOwned:
        given = form.cleaned_data
        name = given.get("name") or row.name
        return secret_save(actor=actor, name=name, value=given["value"], note=given["note"])

    def remove_row(self, actor: Membership, row: Any) -> None:
        secret_delete(actor=actor, secret_id=row.pk)


class AttemptInline(ShownInline):
    model = TaskAttempt
    fields = ("number", "link", "outcome", "started_at", "finished_at", "error")
    ordering = ("number",)


@admin.register(MachineStep)
class MachineStepAdmin(MachineOwnedAdmin):
    list_display = ("run", "step", "kind", "attempts", "quarantined", "next_at", "opened_at")
    list_filter = ("kind", "quarantined", "opened_at")
    list_select_related = ("run",)
    search_fields = ("=run__number", "step")
    ordering = ("-opened_at", "-id")
    readonly_fields = ("mend",)
    fields = (
        *("run", "step", "kind", "attempts", "failures", "crashes", "quarantined", "error", "note", "next_at"),
        *("opened_at", "finished_at", "mend"),
    )
    inlines = (AttemptInline,)

    @admin.display(description="Mend it")
    def mend(self, row: MachineStep) -> SafeString:
        return format_html('<a href="{}">Open the request</a>', reverse("request", args=[row.run_id]))


class ConfiguredTaskForm(OwnedForm):
    class Meta:
        model = ConfiguredTask
        fields = ("name", "description", "nodes", "parameters")
        help_texts: ClassVar[dict[str, str]] = {
            "nodes": "What is done, piece after piece: a list of key, name, kind, params, retry, timeout, save, notices.",
            "parameters": "What each workflow may say anew: a list of name, label, help, link, path, required.",
        }


@admin.register(ConfiguredTask)
class ConfiguredTaskAdmin(OrganisationModelAdmin):
    """Automatic work with its settings filled in, for designers to use."""

    form = ConfiguredTaskForm
    list_display = ("name", "key", "edition", "description", "modified_at")
    search_fields = ("name", "key", "description")
    ordering = ("name",)
    fields = ("name", "key", "description", "nodes", "parameters")
    readonly_fields = ("key",)

    def save_row(self, actor: Membership, row: Any, values: dict[str, Any], form: Any) -> OrganisationOwned:
        given = form.cleaned_data
        task_id = None if row._state.adding else row.pk
        content = {"nodes": given["nodes"], "parameters": given["parameters"] or []}
        return configured_task_save(
            actor=actor, task_id=task_id, name=given["name"], description=given["description"], **content
        )

    def remove_row(self, actor: Membership, row: Any) -> None:
        configured_task_delete(actor=actor, task_id=row.pk)
