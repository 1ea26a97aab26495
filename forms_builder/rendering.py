"""A form at one step as a Django Form class: the one place where input of pages and of REST is accepted.

    Answers = form_class(document, "apply", values=run.data, sources=sources, labels=run.labels)
    form = Answers(request.POST, request.FILES)      # a page: texts under HTML names, `html_input`
    form = Answers({"from": "2025-10-06"})           # REST: a plain mapping of JSON values by field name
    data = form.answers()                            # what to store, or AnswersInvalid with dotted paths

A name that is hidden, read-only or unknown at the step is refused over REST and ignored on a page.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any, ClassVar, Final, Self

from django import forms
from django.forms.utils import ErrorDict
from django.utils.datastructures import MultiValueDict

from accounts.tenancy.errors import Invalid
from forms_builder import html_input
from forms_builder.answers import readable_fields, serialize_fields
from forms_builder.field_views import (
    FieldView,
    FieldViews,
    NodeView,
    ProblemView,
    ReadGroup,
    layout,
    problem_views,
    read_groups,
)
from forms_builder.rules import EMPTY_ENVIRONMENT
from forms_builder.schema import fields as f
from forms_builder.schema.clean import as_answer, clean
from forms_builder.schema.component import component_of
from forms_builder.schema.conditions import ACTING, field_specs, rule_values
from forms_builder.schema.display import with_names
from forms_builder.schema.document import FormDocument
from forms_builder.schema.intake import NOT_HERE, Intake, initial_values, take
from forms_builder.schema.people import person
from forms_builder.schema.plan import StepPlan
from forms_builder.schema.sources import Option, Sources
from forms_builder.schema.world import Refused, World

__all__ = ["AnswersInvalid", "StepForm", "form_class", "readable_fields", "reading_form", "serialize_fields"]

_LEFT_OUT: Final = object()

Labels = Mapping[str, Mapping[str, str]]


class AnswersInvalid(Invalid):
    """The submitted values need a correction; `fields` is keyed by dotted path (`lines.2.amount`)."""

    code = "form.invalid"


class AnswerWidget(forms.Widget):
    """Reads the raw value of one field; pages are drawn from `field_views`, not from widgets."""

    def __init__(self, field: f.FieldBase) -> None:
        super().__init__()
        self.field = field
        self.needs_multipart_form = isinstance(field, f.UploadField)

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """HTML data is Django's `MultiValueDict`, anything else is a mapping of JSON values by field name."""
        if isinstance(data, MultiValueDict):
            return html_input.raw_value(self.field, data, name)
        return data.get(self.field.name, _LEFT_OUT)


class AnswerField(forms.Field):
    """Hands the raw value on; `StepForm.clean` judges all of them together. Immutable, so never copied."""

    def __init__(self, field: f.FieldBase) -> None:
        super().__init__(required=False, label=field.label, help_text=field.help, widget=AnswerWidget(field))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def clean(self, value: Any) -> Any:
        return value


class _Fields(dict[str, forms.Field]):
    """The fields of a class of forms. None of its forms changes them, so a form gets them as they are and no copy."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self


class StepForm(forms.Form):
    """The form of one step. Use `form_class` to make one.

    `values` are the stored values of the run (prefilled ones at the start), `labels` what was picked is called,
    `uploaded` ids of files stored from this very request by field name, `upload_problems` why others were not.
    """

    template_name = "forms_builder/form.html"
    plan: ClassVar[StepPlan]
    document: ClassVar[FormDocument]
    values: Mapping[str, Any] = {}
    labels: Labels = {}
    sources: Sources | None = None
    problems_beside: Sequence[ProblemView] = ()
    """What is wrong in the page around the form: the summary names it too, so that nobody thinks the rest is right."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: Any = None,
        *,
        values: Mapping[str, Any] | None = None,
        labels: Labels | None = None,
        sources: Sources | None = None,
        uploaded: Mapping[str, Sequence[str]] | None = None,
        upload_problems: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__(data, files, label_suffix="")
        self.values = values if values is not None else self.values
        self.labels = labels if labels is not None else self.labels
        self.sources = sources if sources is not None else self.sources
        self.uploaded = uploaded or {}
        self.upload_problems = upload_problems or {}
        self.intake = Intake()

    def add_prefix(self, field_name: str) -> str:
        """The name in the page, see `html_input`."""
        return html_input.html_name(field_name)

    @property
    def from_page(self) -> bool:
        """True for input of an HTML form, False for REST."""
        return isinstance(self.data, MultiValueDict)

    @cached_property
    def hidden_submitted(self) -> tuple[str, ...]:
        """Submitted names that take no answer at this step; over REST also names that are no field at all."""
        if self.from_page:
            return self.plan.refused(html_input.posted_names(self.data, self.document.by_name))
        return self.plan.refused(str(name) for name in self.data)

    @property
    def redraws(self) -> str:
        """The field for which the person asked to see the page again, with more rows or what it finds; nothing is stored."""
        wanted = str(self.data.get(html_input.REDRAW, "")).partition(".")[0] if self.from_page else ""
        return wanted if wanted in self.plan.writable_names | self.plan.logic.derived.keys() else ""

    def without_judgement(self) -> Self:
        """Show what was typed and find nothing wrong with it; for `redraws`."""
        self._errors = ErrorDict()
        self.cleaned_data = {}
        if self.sources is not None:
            self._bring_along(self.sources)
            self.intake = take(self.plan, self.raws, self.values, self.sources)
            self.intake.problems = {}
        return self

    def _bring_along(self, sources: Sources) -> None:
        """Fill in what the answer to `redraws` brings along for other fields, where the person asked for it."""
        name = self.redraws
        if str(self.data.get(html_input.REDRAW, "")) != f"{name}.fill":
            return
        field = self.document.by_name[name]
        with suppress(Refused):
            value = clean(field, self.raws.get(name), World(sources, stored=self.values))
            found = component_of(field).follow(field, value, sources)
            self.raws |= {key: as_answer(self.document.by_name[key], fact) for key, fact in found.items()}

    @cached_property
    def raws(self) -> dict[str, Any]:
        """The raw submitted values by field name, uploaded files included."""
        if self.from_page:
            found = {name: self[name].data for name in self.fields}
        else:
            found = {name: self.data[name] for name in self.fields if name in self.data}
        for name, ids in self.uploaded.items():
            if name in found:
                kept = found[name] if isinstance(found[name], list) else []
                found[name] = [*kept, *ids]
        return {name: raw for name, raw in found.items() if raw is not _LEFT_OUT}

    def _clean_fields(self) -> None:
        """Nothing to do field by field: `clean` judges the raw values together."""

    def clean(self) -> dict[str, Any]:
        """Judge all values together, see `schema.intake`."""
        if self.sources is None:
            raise TypeError("A form needs its sources before it can judge anything.")
        self.intake = take(self.plan, self.raws, self.values, self.sources)
        for name, messages in self.upload_problems.items():
            if name in self.plan.writable_names:
                self.intake.problems.setdefault(name, []).extend(messages)
        if not self.from_page:
            for name in self.hidden_submitted:
                self.intake.refuse(name, NOT_HERE)
        for path, messages in self.intake.problems.items():
            head, _, rest = path.partition(".")
            texts = [f"{rest}: {message}" if rest else message for message in messages]
            self.add_error(head if head in self.fields else None, texts)
        return self.intake.written

    @property
    def problems(self) -> dict[str, list[str]]:
        """Everything that is wrong, by dotted path; empty for a valid form."""
        self.is_valid()
        return self.intake.problems

    def stored(self) -> dict[str, Any]:
        """The JSON-ready values of all writable fields; None for empty and for invisible ones.

        Raises `AnswersInvalid`.
        """
        if not self.is_valid():
            raise AnswersInvalid(self.intake.problems)
        return dict(self.intake.written)

    answers = stored

    @property
    def picked(self) -> dict[str, dict[str, str]]:
        """Labels of what was picked, by field (`lines.category` for a column) and value; merge into the run's."""
        return {key: dict(entries) for key, entries in self.intake.labels.items() if entries}

    @cached_property
    def known_labels(self) -> dict[str, dict[str, str]]:
        """Labels kept with the run, and those of values that were set without being picked."""
        if self.sources is None:
            return {key: dict(entries) for key, entries in self.labels.items()}
        return with_names(self.plan.shown, self.values, self.labels, self.sources)

    @cached_property
    def invisible(self) -> frozenset[str]:
        """Names of the fields whose condition does not hold for what is shown now."""
        if self.is_bound and self.intake.written:
            return self.intake.invisible
        environment = self.sources.environment if self.sources else EMPTY_ENVIRONMENT
        return self.plan.logic.invisible(initial_values(self.plan, self.values), environment)

    def shown_value(self, field: f.FieldBase) -> Any:
        """What stands in the field: as it was typed, else as it is stored, else its default."""
        if self.is_bound and field.name in self.intake.written and field.name not in self.plan.writable_names:
            return self.intake.written[field.name]
        if self.is_bound and field.name in self.raws:
            return self.raws[field.name]
        if field.name in self.plan.logic.derived and field.name not in self.values:
            return self.derived_values[field.name]
        return self.values.get(field.name, field.default)

    @cached_property
    def derived_values(self) -> Mapping[str, Any]:
        """The values with those that follow from them, as long as none was kept."""
        environment = self.sources.environment if self.sources else EMPTY_ENVIRONMENT
        return self.plan.logic.settle(initial_values(self.plan, self.values), environment)[0]

    def options_of(self, field: f.FieldBase) -> Sequence[Option]:
        """The entries to offer for a choice, a person or a department; empty for other fields."""
        source = getattr(field, "source", None)
        if source is not None:
            return component_of(field).offered(field, self.sources, self._search(field)) if self.sources else ()
        return [Option(choice.value, choice.label) for choice in getattr(field, "fixed", ())]

    def _search(self, field: f.FieldBase) -> tuple[str, Any]:
        """What was typed to find an entry, and what is chosen now."""
        name = f"{html_input.html_name(field.name)}-search"
        typed = str(self.data.get(name, "")) if self.from_page and self.is_bound else ""
        return typed, self.shown_value(field)

    def problems_at(self, path: str) -> list[str]:
        """What is wrong at exactly this place; for the parts of a value, such as the ends of a period, at the field itself."""
        found = list(self.intake.problems.get(path, ()))
        field = self.document.by_name.get(path)
        for part in component_of(field).parts if field else ():
            found += self.intake.problems.get(f"{path}.{part}", ())
        return found

    @cached_property
    def views(self) -> dict[str, FieldView]:
        """The fields in the page by name, see `field_views`."""
        if self.is_bound:
            self.is_valid()
        return {view.name: view for view in FieldViews(self).all()}

    @property
    def write_layout(self) -> list[NodeView]:
        """The layout of what can be answered, with the texts around it."""
        chosen = {name: view for name, view in self.views.items() if view.is_drawn}
        return layout(self.document.nodes, chosen) if self.plan.writable else []

    @property
    def read_groups(self) -> list[ReadGroup]:
        """What can only be read, by the sections of the layout."""
        alone = not self.plan.writable
        chosen = {name: view for name, view in self.views.items() if not view.is_drawn or (alone and not view.writable)}
        return read_groups(layout(self.document.nodes, chosen))

    @property
    def has_buttons(self) -> bool:
        """Then a button that draws the page again, such as that for more rows, comes first, and Enter needs another before it."""
        return any(view.is_drawn and component_of(view.field).redraws for view in self.views.values())

    @property
    def scripts(self) -> tuple[str, ...]:
        """Static files with the islands of the fields, of types that are not built with the product."""
        found = (component_of(view.field).script for view in self.views.values())
        return tuple(dict.fromkeys(one for one in found if one))

    @property
    def problem_list(self) -> list[ProblemView]:
        """The error summary with links to the fields."""
        return [*problem_views(self.intake.problems, self.views), *self.problems_beside]

    @property
    def read_values(self) -> str:
        """JSON of the values that conditions in the page read and nobody can change there: type and value by field id."""
        reads = {name for condition in self.plan.logic.conditional.values() for name in condition.reads}
        fields = [field for field in self.plan.shown if field.name in reads - self.plan.writable_names]
        values = rule_values(fields, self.values)
        return json.dumps({spec.id: [spec.type, values.get(spec.id)] for spec in field_specs(fields)})

    @property
    def acting_values(self) -> str:
        """JSON of what conditions in the page ask about the person who acts: the type and the value by field id."""
        asked = {one for condition in self.plan.logic.conditional.values() for one in condition.asks}
        acting = self.sources.environment.acting if asked and self.sources else {}
        types = {spec.id: spec.type for spec in person(ACTING, "")}
        return json.dumps({one: [types[one], acting[one]] for one in sorted(asked) if one in acting})

    def get_context(self) -> dict[str, Any]:
        """For `{{ form }}`; the template reads everything from the form itself."""
        return {"form": self}


def form_class(
    document: FormDocument,
    step: str,
    *,
    values: Mapping[str, Any] | None = None,
    sources: Sources | None = None,
    labels: Labels | None = None,
) -> type[StepForm]:
    """The Form class of a step. The bare class is made once per document and step; values may also be given later."""
    plan = document.plan(step)
    base = plan.memo.get("form_class")
    if base is None:
        base = plan.memo["form_class"] = _made(document, plan)
    given = {"values": values, "sources": sources, "labels": labels}
    bound = {key: value for key, value in given.items() if value is not None}
    return _derived(base, bound, base.base_fields) if bound else base


def reading_form(
    document: FormDocument,
    steps: Iterable[str],
    *,
    values: Mapping[str, Any],
    sources: Sources,
    labels: Labels | None = None,
) -> StepForm:
    """A form to look at for somebody who acts, or acted, at these steps: drawn by `{{ form }}`, takes no input."""
    made = _made(document, document.reading_plan(steps))
    return made(values=values, sources=sources, labels=labels)


def form_for_all(document: FormDocument, sources: Sources) -> StepForm:
    """Every field as people fill it in, whatever the step and the rules: for the designer, takes no input."""
    made = _made(document, StepPlan.of_all(tuple(document.by_name.values())))
    return made(values={}, sources=sources)


def _made(document: FormDocument, plan: StepPlan) -> type[StepForm]:
    fields = {field.name: AnswerField(field) for field in plan.writable}
    return _derived(StepForm, {"plan": plan, "document": document}, fields)


def _derived(base: type[StepForm], attributes: dict[str, Any], fields: Mapping[str, forms.Field]) -> type[StepForm]:
    """A subclass with these fields. Set afterwards, since Django drops fields called like an empty class attribute."""
    made: type[StepForm] = type(base.__name__, (base,), attributes)
    made.base_fields = _Fields(fields)
    return made
