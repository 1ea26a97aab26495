"""For tenant admins: groups, what is said about a workflow, tasks that wait for somebody; and the requests, to look at.

Form values are left out: which of them somebody may read is said by the step, and the administration is at none.
"""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from accounts.admin_base import (
    MachineOwnedAdmin,
    OrganisationInline,
    OrganisationModelAdmin,
    OwnedForm,
    ShownInline,
    acting,
    admin_of,
)
from accounts.models import ActingAdmin, Membership
from accounts.tenancy.models import OrganisationOwned
from forms_builder.selectors import document_of
from workflows import bulk_admin, condition_admin, draft_admin, library_admin, link_admin, machine_admin, tracking_admin
from workflows.graph.layout import Direction
from workflows.graph.svg import graph_svg
from workflows.models import (
    OPEN_TASK,
    Comment,
    HoldReason,
    Participant,
    Task,
    TaskCandidate,
    TransitionLog,
    Vote,
    WorkflowDefinition,
    WorkflowGroup,
    WorkflowRun,
    WorkflowVersion,
    WorkflowVisibility,
)
from workflows.selectors.drawings import graph_of
from workflows.selectors.people import active_members
from workflows.services.definitions import definition_delete, definition_restore
from workflows.services.preferences import StartRule, Wish, definition_change
from workflows.services.tasks import task_assign

__all__ = [
    "bulk_admin",
    "condition_admin",
    "draft_admin",
    "library_admin",
    "link_admin",
    "machine_admin",
    "tracking_admin",
]


def is_own_admin(request: HttpRequest) -> bool:
    """A tenant admin of the organisation itself: what is done to workflows and tasks is done by one of its people."""
    member = admin_of(request)
    return member is not None and not isinstance(member, ActingAdmin)


@admin.register(WorkflowGroup)
class WorkflowGroupAdmin(OrganisationModelAdmin):
    list_display = ("name", "position")
    ordering = ("position", "name")
    fields = ("name", "position")


@admin.register(HoldReason)
class HoldReasonAdmin(OrganisationModelAdmin):
    """Why a task may be put on hold; while there is none, the product offers its own reasons."""

    list_display = ("name", "position")
    ordering = ("position", "name")
    fields = ("name", "position")


class DefinitionForm(OwnedForm):
    class Meta:
        model = WorkflowDefinition
        fields = ("group", "owner", "is_active")

    def clean_group(self) -> WorkflowGroup | None:
        group: WorkflowGroup | None = self.cleaned_data["group"]
        if group is None and self.instance.group_id is not None:
            raise forms.ValidationError("Choose another group; a workflow that has one stays in one.")
        return group


class VisibilityInline(OrganisationInline):
    """Who may start the workflow; no admitting row: everybody."""

    model = WorkflowVisibility
    fields = ("excludes", "department", "designation", "level_from", "place")
    verbose_name = "group of people who may start it"
    verbose_name_plural = "who may start it (nobody named: everybody)"
    ordering = ("id",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_own_admin(request)

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(WorkflowDefinition)
class WorkflowDefinitionAdmin(OrganisationModelAdmin):
    form = DefinitionForm
    list_display = ("name", "group", "owner", "published_version", "is_active", "deleted_at")
    list_filter = ("is_active", ("group", admin.RelatedOnlyFieldListFilter), ("deleted_at", admin.EmptyFieldListFilter))
    list_select_related = ("group", "owner", "published_version")
    search_fields = ("name", "slug")
    ordering = ("name", "id")
    readonly_fields = ("name", "slug", "description", "published_version", "library_key", "deleted_at")
    fields = (*readonly_fields[:3], "group", "owner", "is_active", *readonly_fields[3:])
    inlines = (VisibilityInline,)
    actions: Any = ("take_off", "restore")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_own_admin(request) and (obj is None or obj.deleted_at is None)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "owner":
            kwargs["queryset"] = active_members(acting(request).organisation_id).order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_row(self, actor: Membership, row: Any, values: dict[str, Any], form: Any) -> OrganisationOwned:
        return definition_change(
            definition_id=row.id,
            actor=actor,
            wish=Wish(
                group=_id(values.get("group")), owner=_id(values.get("owner")), is_active=values.get("is_active")
            ),
        )

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []  # Django's own log asks
        if not formset.has_changed():
            return
        rules = [
            StartRule(
                department=_id(row.get("department")),
                designation=_id(row.get("designation")),
                place=_id(row.get("place")),
                level_from=row.get("level_from"),
                excludes=bool(row.get("excludes")),
            )
            for row in formset.cleaned_data
            if row and not row.get("DELETE")
        ]
        wish = Wish(visibility=[rule for rule in rules if rule.says_something])
        definition_change(definition_id=form.instance.pk, actor=acting(request), wish=wish)

    @admin.action(description="Take off the landing page; open requests finish")
    def take_off(self, request: HttpRequest, rows: QuerySet[WorkflowDefinition]) -> None:
        actor = acting(request)
        for row in rows.filter(deleted_at=None):
            definition_delete(definition_id=row.id, actor=actor)
            self.message_user(request, f"{row.name} can no longer be started.")

    @admin.action(description="Bring back to the landing page")
    def restore(self, request: HttpRequest, rows: QuerySet[WorkflowDefinition]) -> None:
        actor = acting(request)
        for row in rows.filter(deleted_at__isnull=False):
            definition_restore(definition_id=row.id, actor=actor)
            self.message_user(request, f"{row.name} is back.")


@admin.register(WorkflowVersion)
class WorkflowVersionAdmin(MachineOwnedAdmin):
    list_display = ("definition", "number", "state", "published_at", "published_by")
    list_filter = ("state", ("definition", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("definition", "published_by")
    ordering = ("definition__name", "-number", "id")
    readonly_fields = ("drawing",)
    fields = ("definition", "number", "state", "form", "published_at", "published_by", "drawing")

    @admin.display(description="Steps")
    def drawing(self, row: WorkflowVersion) -> SafeString:
        title, form = f"Steps of {row.definition.name}", document_of(row.form)
        drawn = graph_svg(graph_of(row), title=title, direction=Direction.DOWN, form=form)
        return mark_safe(drawn)  # noqa: S308 - made and escaped by us


class TaskInline(ShownInline):
    model = Task
    fields = (
        *("step_name", "state", "assignee", "opened_at", "due_at", "completed_at", "completed_by", "on_behalf_of"),
        "transition",
    )
    ordering = ("opened_at", "id")
    related = ("assignee", "completed_by", "on_behalf_of")
    fk_name = "run"


class HistoryInline(ShownInline):
    model = TransitionLog
    fields = ("seq", "at", "kind", "by_name", "for_name", "transition", "from_name", "to_name", "reason")
    ordering = ("seq",)
    fk_name = "run"


class CommentInline(ShownInline):
    model = Comment
    fields = ("created_at", "author", "kind", "text")
    ordering = ("created_at", "id")
    related = ("author",)
    fk_name = "run"


class ParticipantInline(ShownInline):
    model = Participant
    fields = ("member", "kind")
    ordering = ("kind", "created_at", "id")
    related = ("member",)
    fk_name = "run"


@admin.register(WorkflowRun)
class WorkflowRunAdmin(MachineOwnedAdmin):
    list_display = ("number", "title", "status", "outcome", "requester", "started_at", "finished_at")
    list_filter = ("status", ("definition", admin.RelatedOnlyFieldListFilter), "started_at")
    list_select_related = ("requester",)
    search_fields = ("title", "=number")
    ordering = ("-started_at", "-id")
    fields = (
        *("number", "title", "definition", "version", "requester", "status", "outcome"),
        *("started_at", "finished_at", "version_no"),
    )
    inlines = (TaskInline, ParticipantInline, CommentInline, HistoryInline)


@admin.register(TransitionLog)
class TransitionLogAdmin(MachineOwnedAdmin):
    list_display = ("at", "run", "seq", "kind", "by_name", "for_name", "from_name", "to_name", "transition")
    list_filter = ("kind", "at")
    list_select_related = ("run",)
    search_fields = ("=run__number", "by_name")
    ordering = ("-at", "-id")
    # Not its detail: what a rule read may be the values of fields.
    fields = (
        *("run", "seq", "at", "kind", "task", "from_step", "to_step", "transition", "by_name", "from_name", "to_name"),
        "reason",
    )


@admin.register(Comment)
class CommentAdmin(MachineOwnedAdmin):
    list_display = ("created_at", "run", "author", "kind", "text")
    list_filter = ("kind", "created_at")
    list_select_related = ("run", "author")
    search_fields = ("=run__number", "author__name", "text")
    ordering = ("-created_at", "-id")
    fields = ("run", "author", "kind", "text", "task", "created_at")


class WaitingFilter(admin.SimpleListFilter):
    """Tasks of which nobody is asked come first in an administrator's day."""

    title = "who is asked"
    parameter_name = "asked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("nobody", "Waiting for assignment"), ("open", "Open"), ("overdue", "Open and overdue")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        open_ones = queryset.filter(state__in=OPEN_TASK)
        found = {
            "nobody": open_ones.filter(unassigned=True),
            "open": open_ones,
            "overdue": open_ones.filter(overdue=True),
        }
        return found.get(self.value() or "", queryset)


class AssignForm(OwnedForm):
    comment = forms.CharField(
        required=False, max_length=5_000, widget=forms.Textarea({"rows": 3}), label="Why this person"
    )

    class Meta:
        model = Task
        fields = ("assignee",)


class CandidateInline(ShownInline):
    model = TaskCandidate
    fields = ("member", "is_open", "opened_at")
    ordering = ("member__name", "id")
    related = ("member",)


class VoteInline(ShownInline):
    model = Vote
    fields = ("at", "member", "seat", "approve", "transition")
    ordering = ("at", "id")
    related = ("member", "seat")
    fk_name = "task"


@admin.register(Task)
class TaskAdmin(OrganisationModelAdmin):
    """Tasks to look at; one that waits for an assignment can be given to somebody."""

    form = AssignForm
    list_display = ("run", "step_name", "state", "assignee", "unassigned", "opened_at", "due_at", "overdue")
    list_filter = (WaitingFilter, "state", ("definition", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("run", "assignee")
    search_fields = ("=run__number", "assignee__name")
    ordering = ("-opened_at", "-id")
    shown = (
        *("run", "definition", "requester", "step_name", "state", "unassigned", "opened_at", "due_at", "overdue"),
        *("escalations", "completed_at", "completed_by", "on_behalf_of", "transition"),
    )
    readonly_fields = shown
    inlines = (CandidateInline, VoteInline)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (
            (*self.shown, "assignee", "comment")
            if self.has_change_permission(request, obj)
            else (*self.shown, "assignee")
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_own_admin(request) and obj is not None and obj.unassigned and obj.state in OPEN_TASK

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if self.has_change_permission(request, obj):
            people: Any = form.base_fields["assignee"]
            people.required = True
            people.queryset = active_members(obj.organisation_id).exclude(id=obj.requester_id).order_by("name")
        return form

    def save_row(self, actor: Membership, row: Any, values: dict[str, Any], form: Any) -> OrganisationOwned:
        given = form.cleaned_data
        task_assign(task_id=row.id, actor=actor, assignee=given["assignee"].id, comment=given["comment"])
        assigned: OrganisationOwned = row
        return assigned


def _id(row: Any) -> UUID | None:
    return row.id if row is not None else None
