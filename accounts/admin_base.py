"""Bases of every page of the administration: one organisation's rows, changed by services, refusals as messages."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from accounts.audit.models import AuditEntry
from accounts.audit.subjects import details, words_of
from accounts.forms import StrictJSONField
from accounts.models import ActingAdmin, Membership
from accounts.selectors.audit import names_in
from accounts.services.directory import entry_remove, entry_save
from accounts.tenancy.errors import Denied, DomainError, Invalid, NotFound
from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationOwned

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
    _TabularInline = admin.TabularInline[Any, Any]
    _ModelForm = forms.ModelForm[Any]
else:
    _ModelAdmin, _TabularInline, _ModelForm = admin.ModelAdmin, admin.TabularInline, forms.ModelForm

# What Django's filters put into an address, behind the name of their column.
FILTERED_BY = ("exact", "id__exact", "in", "isnull", "isempty", "gte", "lt")
JSON_FIELDS: dict[Any, Any] = {models.JSONField: {"form_class": StrictJSONField}}


def admin_of(request: HttpRequest) -> Membership | None:
    """The acting tenant admin, or the platform admin who stepped in; None for everybody else."""
    member: Membership | None = getattr(request, "membership", None)
    return member if member is not None and member.is_tenant_admin else None


def acting(request: HttpRequest) -> Membership:
    """The same, where there must be one. Raises PermissionDenied."""
    member = admin_of(request)
    if member is None:
        raise PermissionDenied
    return member


def may_write(request: HttpRequest) -> bool:
    """Whether changes may be made at all: a platform admin says so when stepping in."""
    member = admin_of(request)
    return member is not None and not (isinstance(member, ActingAdmin) and not member.may_write)


class AdminHabits(_ModelAdmin):
    """What holds on every page; the site puts it in front of each registered class.

    The audit takes the place of Django's own log, which knows no organisations. A service's refusal is a message. A row
    that is missing, or of somebody else, is 404. Who stepped in to look cannot change anything.
    """

    object_history_template = "admin/audit_history.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may_change_here(request) and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_change_here(request) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_change_here(request) and super().has_delete_permission(request, obj)

    def _may_change_here(self, request: HttpRequest) -> bool:
        return admin_of(request) is None or may_write(request)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_actions(request) if self._may_change_here(request) else {}

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Django asks the database for whatever was posted; what can be no row's key chooses none."""
        given = request.POST.copy()
        keys = [key for key in given.getlist(ACTION_CHECKBOX_NAME) if can_be(self.opts.pk, key)]
        given.setlist(ACTION_CHECKBOX_NAME, keys)
        request.POST = given  # type: ignore[assignment]  # Django takes it again from here
        return super().response_action(request, queryset)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What the address says is read as the form reads it; what a field cannot be is left out."""
        initial: dict[str, Any] = dict(super().get_changeform_initial_data(request))
        if not initial:
            return initial
        form = self.get_form(request)(initial=initial)
        for name in request.GET.keys() & form.fields.keys():
            field = form.fields[name]
            try:
                initial[name] = field.clean(field.widget.value_from_datadict(request.GET, {}, name))
            except ValidationError:
                initial.pop(name, None)
        return initial

    def _let_in(self, request: HttpRequest) -> None:
        """Before a row is looked for, so that the answer says nothing about it."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied

    def get_urls(self) -> list[Any]:
        """Without the redirect for addresses of Django 1.8."""
        return [each for each in super().get_urls() if str(each.pattern) != "<path:object_id>/"]

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        return None

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        if object_id is not None:
            self._let_in(request)
        view = super().changeform_view
        return refusals_told(request, lambda: view(request, object_id, form_url, extra_context))

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        self._let_in(request)
        view = super().delete_view
        return refusals_told(request, lambda: view(request, object_id, extra_context))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        view = transaction.atomic(super().changelist_view) if request.method == "POST" else super().changelist_view
        return refusals_told(request, lambda: view(request, extra_context))

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """What the list offers to filter by, and no more: Django takes every column, so that asking again and again would tell
        what a page leaves out."""
        offered = [one[0] if isinstance(one, tuple) else one for one in self.get_list_filter(request)]
        names = {str(getattr(one, "parameter_name", one)) for one in offered}
        return lookup in names or any(lookup == f"{name}__{by}" for name in names for by in FILTERED_BY)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """A filter that means nothing is left out; Django finds out only in the query that there is no year 99999."""
        try:
            return super().get_changelist_instance(request)
        except (DisallowedModelAdminLookup, ValueError, OverflowError) as error:
            raise IncorrectLookupParameters(error) from error

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What still uses a row keeps it, whoever asks: Django would say that a right is missing to remove those, too."""
        shown, counts, missing, protected = super().get_deleted_objects(objs, request)
        return shown, counts, set() if protected else missing, protected

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        self._let_in(request)
        row = self.get_object(request, object_id)
        member = admin_of(request)
        if row is None or member is None:
            raise Http404
        about = self.recorded_about(row) if isinstance(self, MachineOwnedAdmin) else Q(subject_id=row.pk)
        entries = AuditEntry.objects.filter(about, organisation_id=member.organisation_id)
        page = Paginator(entries.order_by("-at", "-id"), 100).get_page(request.GET.get("p", 1))
        names = names_in(member.organisation_id, page)
        context = {
            **self.admin_site.each_context(request),
            "title": f"History: {row}",
            "module_name": str(self.opts.verbose_name_plural).capitalize(),
            "object": row,
            "opts": self.opts,
            "entries": page,
            "told": [(entry, words_of(entry.kind), list(details(entry.payload, names))) for entry in page],
        }
        return TemplateResponse(request, self.object_history_template, context)


def refusals_told(request: HttpRequest, view: Callable[[], Any]) -> Any:
    """Run an admin view; a service's refusal becomes a message on the page it came from. Where it changes something it is atomic,
    so that what is refused has changed nothing."""
    try:
        return view()
    except NotFound:
        raise Http404 from None
    except Denied as error:
        raise PermissionDenied(error.message) from None
    except DomainError as error:
        texts = [text for found in error.fields.values() for text in found] if isinstance(error, Invalid) else []
        for text in texts or [error.message]:
            messages.error(request, text)
        return HttpResponseRedirect(request.get_full_path())


def each(request: HttpRequest, rows: QuerySet[Any], act: Callable[[Any], object], done: str) -> None:
    """Run a service for each chosen row; say how many, and why not for the others."""
    well, refusals = 0, []
    for row in rows:
        try:
            act(row)
            well += 1
        except DomainError as refusal:
            refusals.append(f"{row}: {refusal.message}")
    if well:
        messages.success(request, f"{well} {done}")
    for refusal_text in refusals[:5]:
        messages.error(request, refusal_text)


class OwnedForm(_ModelForm):
    """Judges uniqueness within the organisation, which is no field of the form. The page says what it showed: changed is what
    its reader changed, not what somebody else has changed since."""

    organisation_id: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.organisation_id = self.organisation_id
        # Who posts without the page is compared with the row.
        says_what_it_showed = not self.is_bound or any(
            self.add_initial_prefix(name) in self.data for name in self.fields
        )
        for field in self.fields.values():
            field.show_hidden_initial = says_what_it_showed

    def _get_validation_exclusions(self) -> set[str]:
        return cast(set[str], super()._get_validation_exclusions()) - {"organisation"}  # type: ignore[misc]  # Django's own hook


class MachineOwnedAdmin(_ModelAdmin):
    """Rows of the organisation that the machine keeps: to look at, not to change."""

    actions: Any = None
    show_full_result_count = False

    def recorded_about(self, row: Any) -> Q:
        """Which entries of the audit are the row's history."""
        return Q(subject_id=row.pk)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        member = admin_of(request)
        rows = super().get_queryset(request)
        return rows.filter(organisation_id=member.organisation_id) if member is not None else rows.none()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return admin_of(request) is not None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin_of(request) is not None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class SearchedSelect(AutocompleteSelect):
    """Django asks the database for what was posted, to show it again; what can be no row's key is not shown."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        key = self.field.remote_field.model._meta.pk
        return super().optgroups(name, [one for one in value if one and can_be(key, one)], attr)


class OrganisationModelAdmin(MachineOwnedAdmin):
    """Rows of the organisation that its admins keep. Saving and removing go through ``services.directory``.

    A model with a service of its own overrides ``save_row`` and ``remove_row``.
    """

    form = OwnedForm
    formfield_overrides = JSON_FIELDS
    actions: Any = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return admin_of(request) is not None

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin_of(request) is not None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin_of(request) is not None

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.organisation_id = acting(request).organisation_id  # type: ignore[attr-defined]  # made for this request
        return form

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_foreignkey(db_field, request, **(offered_by(self, db_field, request) | kwargs))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        names = form.changed_data if change else form.cleaned_data
        values = {name: form.cleaned_data[name] for name in names if is_column(self.model, name)}
        saved = self.save_row(acting(request), self._stored(obj) if change else obj, values, form)
        obj.pk = saved.pk

    def save_row(self, actor: Membership, row: Any, values: dict[str, Any], form: Any) -> OrganisationOwned:
        """``row`` is new, or as it is stored; ``values`` are the fields that were given or changed."""
        return entry_save(actor=actor, row=row, values=values)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.remove_row(acting(request), obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.remove_row(acting(request), row)

    def remove_row(self, actor: Membership, row: Any) -> None:
        entry_remove(actor=actor, row=row)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save(commit=False)
        actor = acting(request)
        for row in formset.deleted_objects:
            entry_remove(actor=actor, row=row)
        for inline in formset.forms:
            if inline in formset.deleted_forms or not inline.has_changed():
                continue
            row = inline.instance
            names = [name for name in inline.changed_data if is_column(formset.model, name)]
            values = {name: inline.cleaned_data[name] for name in names}
            if row._state.adding:
                values[formset.fk.name] = form.instance
            self.save_inline(actor, row, values)

    def save_inline(self, actor: Membership, row: Any, values: dict[str, Any]) -> None:
        """One row below this one, new or with the fields that were changed."""
        entry_save(actor=actor, row=row, values=values)

    def _stored(self, obj: Any) -> Any:
        # The form has written on the instance already; what the audit says was there, the database knows.
        return self.model.objects.get(organisation_id=obj.organisation_id, pk=obj.pk)


class OrganisationInline(_TabularInline):
    """Rows below another row of the same organisation."""

    extra = 1
    form = OwnedForm
    formfield_overrides = JSON_FIELDS

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin_of(request) is not None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_write(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_write(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_write(request)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.organisation_id = acting(request).organisation_id  # type: ignore[attr-defined]  # an OwnedForm
        return formset

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_foreignkey(db_field, request, **(offered_by(self, db_field, request) | kwargs))


class ShownInline(OrganisationInline):
    """Rows below another one, to look at."""

    extra = 0
    can_delete = False
    related: ClassVar[tuple[str, ...]] = ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.related)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def offered_by(pages: Any, field: Any, request: HttpRequest) -> dict[str, Any]:
    """How a reference is chosen: among the rows of the organisation, and by a search that takes a text which is no key."""
    found: dict[str, Any] = {"queryset": choices_of(field, request)}
    if field.name in pages.get_autocomplete_fields(request):
        found["widget"] = SearchedSelect(field, pages.admin_site)
    return found


def choices_of(field: Any, request: HttpRequest) -> QuerySet[Any] | None:
    """The rows that a reference may name: those of the organisation."""
    if not isinstance(field, OrganisationForeignKey):
        return None
    model: Any = field.remote_field.model
    rows: QuerySet[Any] = model.objects.filter(organisation_id=acting(request).organisation_id)
    return rows


def is_column(model: type[models.Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.concrete_fields)


def can_be(field: Any, text: str) -> bool:
    """Whether the text can be a value of the column at all."""
    try:
        field.to_python(text)
    except ValidationError:
        return False
    return True
