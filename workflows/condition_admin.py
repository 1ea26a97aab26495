"""For tenant admins: conditions that the organisation keeps under a name."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin_base import OrganisationModelAdmin, OwnedForm, ShownInline
from accounts.models import Membership
from accounts.tenancy.models import OrganisationOwned
from workflows.models import SavedCondition, SavedConditionVersion
from workflows.services.saved_conditions import saved_condition_delete, saved_condition_save


class SavedConditionForm(OwnedForm):
    class Meta:
        model = SavedCondition
        fields = ("name", "description", "kind", "rule")


class VersionInline(ShownInline):
    model = SavedConditionVersion
    fields = ("number", "at", "actor", "rule")
    ordering = ("-number",)


@admin.register(SavedCondition)
class SavedConditionAdmin(OrganisationModelAdmin):
    """The rule is easier to write in the rule editor of a workflow, which saves it under a name."""

    form = SavedConditionForm
    inlines = (VersionInline,)
    list_display = ("name", "kind", "version", "description", "modified_at")
    list_filter = ("kind",)
    search_fields = ("name", "description")
    ordering = ("name",)
    fields = ("name", "description", "kind", "rule")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("kind",) if obj is not None else ()

    def save_row(self, actor: Membership, row: Any, values: dict[str, Any], form: Any) -> OrganisationOwned:
        given = form.cleaned_data
        condition_id = None if row._state.adding else row.pk
        return saved_condition_save(
            actor=actor,
            condition_id=condition_id,
            name=given["name"],
            description=given["description"],
            kind=given.get("kind") or row.kind,
            rule=given["rule"],
        )

    def remove_row(self, actor: Membership, row: Any) -> None:
        saved_condition_delete(actor=actor, condition_id=row.pk)
