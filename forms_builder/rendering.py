"""A form at one step as a Django Form class: the one place where input of pages and of REST is accepted.

    Answers = form_class(document, "apply", values=run.data, sources=sources, labels=run.labels)
    form = Answers(request.POST, request.FILES)      # a page: texts under HTML names, `html_input`
    form = Answers({"from": "2025-10-06"})           # REST: a plain mapping of JSON values by field name
    data = form.answers()                            # what to store, or AnswersInvalid with dotted paths

A name that is hidden, read-only or unknown at the step is refused over REST and ignored on a page.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, Final, Self

from django import forms
from django.forms.utils import ErrorDict
from django.utils.datastructures import MultiValueDict

from accounts.tenancy.errors import Invalid
from forms_builder import html_input
from forms_builder.schema import fields as f
from forms_builder.schema.document import FormDocument
from forms_builder.schema.intake import NOT_HERE, Intake, initial_values, take
from forms_builder.schema.plan import StepPlan
from forms_builder.schema.sources import Sources

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
        self.needs_multipart_form = isinstance(field, f.FileField)

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
    def adds_row(self) -> str:
        """The table for which the person asked for more rows; the page is then drawn again, nothing is stored."""
        wanted = self.data.get(html_input.ADD_ROW, "") if self.from_page else ""
        return wanted if wanted in self.plan.writable_names else ""

    def without_judgement(self) -> Self:
        """Show what was typed and find nothing wrong with it; for `adds_row`."""
        self._errors = ErrorDict()
        self.cleaned_data = {}
        self.intake = Intake()
        return self

    @cached_property
    def raws(self) -> dict[str, Any]:
        """The raw submitted values by field name, uploaded files included."""
        found = {name: self[name].data for name in self.fields}
        for name, ids in self.uploaded.items():
            if name in found:
                kept = found[name] if isinstance(found[name], list) else []
                found[name] = [*kept, *ids]
        return {name: raw for name, raw in found.items() if raw is not _LEFT_OUT}

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
            self.add_error(head if head in self.fields else None, texts)  # type: ignore[arg-type]  # a list is fine
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

    @classmethod
    def initial_from(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """What the writable fields show for these stored values; submitted unchanged it stores the same again."""
        initial = initial_values(cls.plan, values)
        return {field.name: initial[field.name] for field in cls.plan.writable}


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
    return type("BoundStepForm", (base,), bound) if bound else base


def _made(document: FormDocument, plan: StepPlan) -> type[StepForm]:
    made = type("StepForm", (StepForm,), {"plan": plan, "document": document})
    made.base_fields = {field.name: AnswerField(field) for field in plan.writable}
    return made
