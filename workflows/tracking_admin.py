"""For tenant admins: the states of entities and which may follow which; where entities are, and since when, to look at."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin_base import MachineOwnedAdmin, OrganisationInline, OrganisationModelAdmin, ShownInline, acting
from accounts.models import Membership
from accounts.tenancy.models import OrganisationOwned
from workflows.models import (
    EntityResult,
    EntityState,
    EntityStateKind,
    EntityStateNext,
    EntityTransition,
    EntityWorkflow,
)
from workflows.services.tracking import next_save, state_remove, state_save


class StateInline(ShownInline):
    model = EntityStateKind
    fields = ("position", "code", "name", "is_start", "is_end", "tone", "is_builtin")
    ordering = ("position", "code")


@admin.register(EntityWorkflow)
class EntityWorkflowAdmin(MachineOwnedAdmin):
    list_display = ("name", "code", "subject_kind")
    ordering = ("name", "id")
    fields = ("name", "code", "description", "subject_kind")
    inlines = (StateInline,)


class NextInline(OrganisationInline):
    """What may follow the state."""

    model = EntityStateNext
    fk_name = "from_state"
    fields = ("to_state",)
    ordering = ("to_state__position", "id")
    verbose_name = "state that may follow"
    verbose_name_plural = "states that may follow"

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        states = EntityStateKind.objects.filter(organisation_id=acting(request).organisation_id)
        if obj is not None:
            states = states.filter(workflow_id=obj.workflow_id).exclude(id=obj.id)
        formset.form.base_fields["to_state"].queryset = states.order_by("position", "code")
        return formset


@admin.register(EntityStateKind)
class EntityStateKindAdmin(OrganisationModelAdmin):
    """States that the product brings can be called and ordered otherwise; the organisation adds its own."""

    list_display = ("name", "code", "workflow", "position", "is_start", "is_end", "tone", "is_builtin")
    list_filter = (("workflow", admin.RelatedOnlyFieldListFilter), "is_end", "is_builtin")
    list_select_related = ("workflow",)
    search_fields = ("name", "code")
    ordering = ("workflow__name", "position", "code")
    fields = ("workflow", "code", "name", "position", "is_end", "tone")
    inlines = (NextInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ()
        return ("workflow", "code", "is_end") if obj.is_builtin else ("workflow", "code")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or not obj.is_builtin)

    def save_row(self, actor: Membership, row: Any, values: dict[str, Any], form: Any) -> OrganisationOwned:
        return state_save(actor=actor, row=row, values=values)

    def save_inline(self, actor: Membership, row: Any, values: dict[str, Any]) -> None:
        next_save(actor=actor, row=row, values=values)

    def remove_row(self, actor: Membership, row: Any) -> None:
        state_remove(actor=actor, row=row)


@admin.register(EntityState)
class EntityStateAdmin(MachineOwnedAdmin):
    list_display = ("entity_kind", "entity_id", "state", "version", "at", "by_name")
    list_filter = (("workflow", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("state",)
    search_fields = ("=entity_id",)
    ordering = ("-at", "-id")


@admin.register(EntityTransition)
class EntityTransitionAdmin(MachineOwnedAdmin):
    list_display = (
        *("at", "entity_kind", "entity_id", "seq", "from_state", "to_state", "by_name", "on_behalf_of_name", "reason"),
    )
    list_filter = (("workflow", admin.RelatedOnlyFieldListFilter), "at")
    search_fields = ("=entity_id", "by_name")
    ordering = ("-at", "-id")


@admin.register(EntityResult)
class EntityResultAdmin(MachineOwnedAdmin):
    list_display = ("at", "entity_kind", "entity_id", "result_kind", "result_id", "by_name")
    list_filter = ("result_kind",)
    search_fields = ("=entity_id", "=result_id")
    ordering = ("-at", "-id")
