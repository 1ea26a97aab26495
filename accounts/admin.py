"""What tenant admins keep, and the platform's list of organisations."""

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin_audit import AuditEntryAdmin
from accounts.admin_base import (
    OrganisationModelAdmin,
    OwnedForm,
    acting,
    admin_of,
    each,
)
from accounts.admin_calendars import WorkingCalendarAdmin
from accounts.admin_site import platform_admin
from accounts.audit.models import AuditEntry
from accounts.events import MembersDeactivated
from accounts.models import (
    Absence,
    Department,
    Designation,
    Membership,
    ObjectGrant,
    Organisation,
    Place,
    Role,
    User,
    WorkingCalendar,
)
from accounts.models.organisations import validate_time_zone
from accounts.policies import permission_codes
from accounts.scopes import scope_choices
from accounts.selectors.absences import scope_labels
from accounts.selectors.grants import grant_choices
from accounts.selectors.people import roles_held
from accounts.services.absences import absence_end, absence_set
from accounts.services.grants import grant_give_choice, grant_take
from accounts.services.logins import login_move
from accounts.services.people import (
    member_add,
    member_invite_again,
    member_reactivate,
    member_set_roles,
    member_update,
    members_deactivate,
    role_remove,
)
from accounts.services.platform import organisation_create, organisation_switch

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
    _ModelForm = forms.ModelForm[Any]
else:
    _ModelAdmin, _ModelForm = admin.ModelAdmin, forms.ModelForm


class MembershipForm(OwnedForm):
    roles = forms.ModelMultipleChoiceField(
        queryset=Role._base_manager.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Membership
        fields = (
            "name",
            "email",
            "department",
            "designation",
            "place",
            "manager",
            "is_tenant_admin",
            "attributes",
        )
        help_texts: ClassVar = {
            "email": "Who is new here gets a mail with a link to choose a password. Mails bring links that decide only while"
            " this is the address with which the person signs in.",
            "is_tenant_admin": "Administers people, workflows and settings of this organisation on these pages.",
            "attributes": 'What rules and forms may know of this person, by name: {"leave_balance": 12}.',
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles: Any = self.fields["roles"]
        roles.queryset = Role.objects.filter(organisation_id=self.organisation_id).order_by("name")
        roles.help_text = "Rights beside those of everybody. Roles that can be given here are made under “Roles”."
        if not self.instance._state.adding:
            roles.initial = roles_held(self.instance)

    @property
    def roles_seen(self) -> list[UUID] | None:
        """Those that the page showed; None for who posts without it."""
        field: Any = self.fields["roles"]
        if not field.show_hidden_initial:
            return None
        shown = field.hidden_widget().value_from_datadict(self.data, self.files, self.add_initial_prefix("roles"))
        return [role.id for role in field.queryset if str(role.id) in shown]

    def _get_validation_exclusions(self) -> set[str]:
        # The login is found or made when the form is saved.
        return super()._get_validation_exclusions() | {"user"}


@admin.register(Membership)
class MembershipAdmin(OrganisationModelAdmin):
    """People are never deleted: what they did stays theirs. They are deactivated instead."""

    form = MembershipForm
    list_display = ("name", "email", "department", "designation", "manager", "is_active", "is_tenant_admin")
    list_filter = ("is_active", "is_tenant_admin", "department", "designation")
    list_select_related = ("department", "designation", "manager")
    search_fields = ("name", "email")
    ordering = ("name", "id")
    autocomplete_fields = ("manager", "department")
    actions = ("deactivate", "reactivate", "invite_again")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def recorded_about(self, row: Membership) -> Q:
        """People are deactivated together; the fact is the organisation's, and names them."""
        gone = Q(subject_id=row.organisation_id, kind=MembersDeactivated.kind, payload__members__icontains=str(row.pk))
        return gone | super().recorded_about(row)

    def save_row(self, actor: Membership, row: Any, values: dict[str, Any], form: Any) -> Membership:
        if row._state.adding:
            member = member_add(actor=actor, values=values)
        else:
            member = member_update(actor=actor, member_id=row.id, values=values) if values else row
        member_set_roles(actor=actor, member_id=member.id, roles=list(form.cleaned_data["roles"]), seen=form.roles_seen)
        return member

    @admin.action(description="Deactivate: end their access at once")
    def deactivate(self, request: HttpRequest, people: QuerySet[Membership]) -> None:
        done = members_deactivate(actor=acting(request), member_ids=people.values_list("id", flat=True))
        messages.success(request, f"{done} deactivated.")

    @admin.action(description="Reactivate")
    def reactivate(self, request: HttpRequest, people: QuerySet[Membership]) -> None:
        for person in people:
            member_reactivate(actor=acting(request), member_id=person.id)
        messages.success(request, "They may sign in again.")

    @admin.action(description="Mail a link to set a password")
    def invite_again(self, request: HttpRequest, people: QuerySet[Membership]) -> None:
        actor = acting(request)
        sent = "sent a link."
        each(request, people, lambda person: member_invite_again(actor=actor, member_id=person.id), sent)


@admin.register(Department)
class DepartmentAdmin(OrganisationModelAdmin):
    list_display = ("name", "code", "head")
    list_select_related = ("head",)
    search_fields = ("name", "code")
    ordering = ("name", "id")
    autocomplete_fields = ("head",)


@admin.register(Designation)
class DesignationAdmin(OrganisationModelAdmin):
    list_display = ("name", "level")
    search_fields = ("name",)
    ordering = ("-level", "name", "id")


@admin.register(Place)
class PlaceAdmin(OrganisationModelAdmin):
    list_display = ("city", "state", "country", "time_zone", "calendar")
    list_select_related = ("calendar",)
    search_fields = ("city", "state")
    ordering = ("country", "state", "city", "id")


class RoleForm(OwnedForm):
    permissions = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Role
        fields = ("name", "permissions")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["permissions"]
        field.choices = [(code, f"{text} ({code})") for code, text in sorted(permission_codes().items())]


@admin.register(Role)
class RoleAdmin(OrganisationModelAdmin):
    form = RoleForm
    list_display = ("name", "codes")
    search_fields = ("name",)
    ordering = ("name", "id")

    @admin.display(description="permissions")
    def codes(self, role: Role) -> str:
        return ", ".join(role.permissions)

    def remove_row(self, actor: Membership, row: Any) -> None:
        role_remove(actor=actor, role=row)


admin.site.register(WorkingCalendar, WorkingCalendarAdmin)


class GrantForm(OwnedForm):
    member = forms.ModelChoiceField(queryset=Membership._base_manager.none(), label="Person")
    right = forms.ChoiceField(label="May")

    class Meta:
        model = ObjectGrant
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "member" in self.fields:
            member: Any = self.fields["member"]
            people = Membership.objects.filter(organisation_id=self.organisation_id, is_active=True)
            member.queryset = people.order_by("name")
            right: Any = self.fields["right"]
            right.choices = grant_choices(self.organisation_id)


@admin.register(ObjectGrant)
class ObjectGrantAdmin(OrganisationModelAdmin):
    """A grant is given and taken, never changed."""

    form = GrantForm
    list_display = ("person", "email", "permission", "object_pk", "created_at")
    list_select_related = ("permission__content_type",)
    search_fields = ("member_name", "member_email")
    ordering = ("-created_at", "id")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("person", "email", "permission", "object_pk") if obj is not None else ("member", "right")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the person as this organisation knows them: what the login says may be from another one."""
        people = Membership.objects.filter(organisation_id=OuterRef("organisation_id"), user_id=OuterRef("user_id"))
        said = {"member_name": Subquery(people.values("name")), "member_email": Subquery(people.values("email"))}
        rows: QuerySet[Any] = super().get_queryset(request).annotate(**said)
        return rows

    @admin.display(description="person", ordering="member_name")
    def person(self, grant: Any) -> Any:
        return grant.member_name

    @admin.display(description="e-mail", ordering="member_email")
    def email(self, grant: Any) -> Any:
        return grant.member_email

    def save_row(self, actor: Membership, row: Any, values: dict[str, Any], form: Any) -> ObjectGrant:
        return grant_give_choice(actor=actor, member=form.cleaned_data["member"], choice=form.cleaned_data["right"])

    def remove_row(self, actor: Membership, row: Any) -> None:
        grant_take(actor=actor, grant_id=row.id)


class AbsenceAdminForm(OwnedForm):
    only_for = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, help_text="Nothing ticked: for everything."
    )

    class Meta:
        model = Absence
        fields = ("member", "starts_on", "ends_on", "substitute")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "only_for" in self.fields:
            only_for: Any = self.fields["only_for"]
            only_for.choices = list(scope_choices(self.organisation_id).items())

    def _post_clean(self) -> None:
        """The service judges the whole; the form has read the fields."""


@admin.register(Absence)
class AbsenceAdmin(OrganisationModelAdmin):
    """Set for somebody who cannot, and ended. The substitute is asked by the same notice and must accept."""

    form = AbsenceAdminForm
    list_display = ("member", "starts_on", "ends_on", "substitute", "answered", "ended_at")
    list_filter = (("ended_at", admin.EmptyFieldListFilter), "starts_on")
    list_select_related = ("member", "substitute")
    search_fields = ("member__name", "substitute__name")
    ordering = ("-starts_at", "id")
    autocomplete_fields = ("member", "substitute")
    actions = ("end",)
    readonly_fields = ("about",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        asked = ("member", "starts_on", "ends_on", "substitute")
        more = ("time_zone", "about", "accepted_at", "declined_at", "began_at", "ended_at")
        return (*asked, *more) if obj is not None else (*asked, "only_for")

    def save_row(self, actor: Membership, row: Any, values: dict[str, Any], form: Any) -> Absence:
        given = form.cleaned_data
        row.starts_on, row.ends_on = given["starts_on"], given["ends_on"]  # for the message
        return absence_set(
            actor=actor,
            member_id=given["member"].id,
            starts_on=given["starts_on"],
            ends_on=given["ends_on"],
            substitute_id=given["substitute"].id if given["substitute"] else None,
            scope=given["only_for"],
        )

    @admin.display(description="only for")
    def about(self, row: Absence) -> str:
        return ", ".join(scope_labels(row, scope_choices(row.organisation_id))) or "everything"

    @admin.display(description="substitute's answer")
    def answered(self, row: Absence) -> str:
        return row.answer

    @admin.action(description="End now: the person is back")
    def end(self, request: HttpRequest, rows: QuerySet[Absence]) -> None:
        actor = acting(request)
        each(request, rows, lambda row: absence_end(actor=actor, absence_id=row.pk), "ended.")


admin.site.register(AuditEntry, AuditEntryAdmin)


class LoginForm(_ModelForm):
    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text="The person's organisations can read it in their audit.",
    )

    class Meta:
        model = User
        fields = ("email",)


@admin.register(User)
class LoginAdmin(_ModelAdmin):
    """The platform's. A login is found by its whole address, and may be moved to another one."""

    form = LoginForm
    list_display = ("email", "name", "is_active", "last_login")
    search_fields = ("email",)
    search_help_text = "The whole address."
    ordering = ("email",)
    readonly_fields = ("name", "is_active", "last_login")
    fields = (*readonly_fields, "email", "reason")
    actions = None
    show_full_result_count = False

    def _may(self, request: HttpRequest) -> bool:
        return admin_of(request) is None and platform_admin(request) is not None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Nobody has to leaf through everybody."""
        return queryset.filter(email=search_term.strip().lower()), False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        user = platform_admin(request)
        if user is not None:
            given = form.cleaned_data
            login_move(user=user, login_id=obj.pk, email=given["email"], reason=given["reason"])


class OrganisationForm(_ModelForm):
    admin_name = forms.CharField(max_length=200, label="First administrator's name")
    admin_email = forms.EmailField(max_length=254, label="First administrator's e-mail")
    time_zone = forms.CharField(max_length=64, initial="UTC", validators=[validate_time_zone])

    class Meta:
        model = Organisation
        fields = ("slug", "name", "time_zone")


@admin.register(Organisation)
class OrganisationAdmin(_ModelAdmin):
    """The platform's list. Rows are opened here and closed, and stepped into; what is in them is their own."""

    form = OrganisationForm
    list_display = ("name", "slug", "time_zone", "is_active", "step_in")
    search_fields = ("name", "slug")
    ordering = ("name", "id")
    actions = ("close", "reopen")

    def _may(self, request: HttpRequest) -> bool:
        return admin_of(request) is None and platform_admin(request) is not None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        names = ("slug", "name", "time_zone")
        return (*names, "is_active", "created_at") if obj is not None else (*names, "admin_name", "admin_email")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        user = platform_admin(request)
        if user is not None:
            obj.pk = organisation_create(user=user, **form.cleaned_data).pk

    @admin.display(description="administration")
    def step_in(self, row: Organisation) -> SafeString:
        return format_html('<a href="{}">Step in…</a>', reverse("admin:enter", args=[row.pk]))

    @admin.action(description="Close: nobody can sign in")
    def close(self, request: HttpRequest, rows: QuerySet[Organisation]) -> None:
        self._switch(request, rows, is_active=False)

    @admin.action(description="Open again")
    def reopen(self, request: HttpRequest, rows: QuerySet[Organisation]) -> None:
        self._switch(request, rows, is_active=True)

    def _switch(self, request: HttpRequest, rows: QuerySet[Organisation], *, is_active: bool) -> None:
        user = platform_admin(request)
        if user is None:
            return
        done = sum(organisation_switch(user=user, organisation_id=row.pk, is_active=is_active) for row in rows)
        messages.success(request, f"{done} opened again." if is_active else f"{done} closed: nobody can sign in there.")
