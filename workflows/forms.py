"""What pages post, besides the answers of a step: those are ``forms_builder.rendering.StepForm``."""

import re
from io import BytesIO
from typing import Any, ClassVar, Final
from uuid import UUID

from django import forms
from rest_framework.exceptions import ParseError

from accounts.tenancy.parts import StrictJSONParser
from forms_builder.exchange import MAX_BYTES
from workflows.exchange.bpmn import NotBpmn, import_bpmn, is_xml
from workflows.shown import LONGEST

MAX_TEXT: Final = 5_000
TICKED: Final = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([0-9]{1,9})")


class NoteForm(forms.Form):
    """A button with a note. ``version`` is that of the task as the person saw it."""

    comment = forms.CharField(required=False, max_length=MAX_TEXT)
    version = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


class DecisionForm(NoteForm):
    """The action bar: where next, with whom, why."""

    transition = forms.CharField(max_length=120, error_messages={"required": "Choose the next step."})
    assignee = forms.UUIDField(required=False, error_messages={"invalid": "Choose a person of the list."})
    shown = forms.CharField(required=False, max_length=LONGEST, empty_value=None)
    idempotency_key = forms.CharField(required=False, max_length=200)
    PICKER: ClassVar[str] = "assignees."
    """Starts the names of the pickers of steps that open at once; the key of the step follows."""

    @property
    def named(self) -> dict[str, str]:
        """What was posted for each of these steps, as text."""
        picked = ((name, value) for name, value in self.data.items() if name.startswith(self.PICKER) and value)
        return {name.removeprefix(self.PICKER): str(value) for name, value in picked}

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        found["assignees"] = {}
        for step, text in self.named.items():
            try:
                found["assignees"][step] = UUID(text)
            except ValueError:
                self.errors.setdefault(f"{self.PICKER}{step}", self.error_class(["Choose a person of the list."]))
        return found


class MailDecisionForm(forms.Form):
    """The buttons behind the link of a mail."""

    transition = forms.CharField(max_length=120)
    comment = forms.CharField(required=False, max_length=MAX_TEXT)
    shown = forms.CharField(required=False, max_length=LONGEST)


class LinkDecisionForm(forms.Form):
    """The buttons behind a link that asks somebody without an account."""

    transition = forms.CharField(max_length=120)
    name = forms.CharField(required=False, max_length=200)
    comment = forms.CharField(required=False, max_length=MAX_TEXT)


class RevokeForm(forms.Form):
    """Why a link is withdrawn."""

    reason = forms.CharField(required=False, max_length=MAX_TEXT)


class HandOverForm(NoteForm):
    """Whom to hand a task to."""

    assignee = forms.UUIDField(
        error_messages={"required": "Choose a person.", "invalid": "Choose a person of the list."}
    )


class BulkForm(forms.Form):
    """What is to be done with the ticked tasks: ``do`` is ``way:<name>``, ``reassign`` or ``claim``."""

    do = forms.CharField(max_length=130, error_messages={"required": "Choose what is to be done."})
    assignee = forms.UUIDField(required=False, error_messages={"invalid": "Choose a person of the list."})
    comment = forms.CharField(required=False, max_length=MAX_TEXT)

    @property
    def tab(self) -> str:
        """The list of the inbox from which they were ticked."""
        wanted = self.data.get("tab")
        return wanted if wanted in ("team", "behalf") else "decide"

    @property
    def words(self) -> str:
        """What stood in its search box."""
        return str(self.data.get("q", "")).strip()[:200]

    @property
    def wanted(self) -> list[tuple[UUID, int | None]]:
        """The ticked tasks with the versions that were shown, each once; what is none is left out."""
        found: dict[UUID, int | None] = {}
        for value in self.data.getlist("ids"):  # type: ignore[attr-defined]  # the posted form
            match = TICKED.fullmatch(value)
            if match:
                found[UUID(match[1])] = int(match[2])
        return list(found.items())

    def problems(self) -> dict[str, list[str]]:
        """What is wrong with it, by place."""
        found = {name: [str(text) for text in texts] for name, texts in self.errors.items()}
        wanted = self.cleaned_data.get("do", "")
        if wanted and not wanted.startswith("way:") and wanted not in ("reassign", "claim"):
            found["do"] = ["Choose what is to be done."]
        return found


class HoldForm(NoteForm):
    """Why the clock is to stand still; which reasons there are, the service knows."""

    reason = forms.CharField(max_length=120, error_messages={"required": "Choose a reason."})


class AskForm(NoteForm):
    question = forms.CharField(max_length=MAX_TEXT, error_messages={"required": "Write what you want to know."})


class AnswerForm(NoteForm):
    answer = forms.CharField(max_length=MAX_TEXT, error_messages={"required": "Write an answer."})


class CommentForm(forms.Form):
    text = forms.CharField(max_length=MAX_TEXT, error_messages={"required": "Write something."}, widget=forms.Textarea)


class WatchForm(forms.Form):
    ACTIONS: ClassVar[tuple[tuple[str, str], ...]] = (("watch", "Watch"), ("unwatch", "Stop watching"))

    action = forms.ChoiceField(choices=ACTIONS)


class StakeholderForm(forms.Form):
    """A person by id (from a list), or as typed: the whole e-mail address or name."""

    member = forms.CharField(max_length=254, error_messages={"required": "Choose a person."})


class ImportForm(forms.Form):
    """A workflow as a file or as text: our JSON document, or BPMN 2.0."""

    file = forms.FileField(
        required=False, label="File", help_text="A workflow that was exported, or a BPMN 2.0 file; at most 2 MB."
    )
    text = forms.CharField(
        required=False, label="Or its text", widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"})
    )
    MOST_BYTES: ClassVar[int] = 2 * 1024 * 1024

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        file = found.get("file")
        if file is not None and file.size > self.MOST_BYTES:
            raise forms.ValidationError("The file is larger than 2 MB.")
        raw = file.read() if file is not None else found.get("text", "").encode(errors="surrogatepass")
        if raw.strip():
            found["document"], found["report"] = _bpmn(raw) if is_xml(raw) else (_json(raw), ())
        elif not self.errors:
            raise forms.ValidationError("Choose a file or paste the text of a workflow.")
        return found


class FormImportForm(forms.Form):
    """A form of another product as a file or as text. ``id``, ``version`` and ``revision`` are read by the page."""

    file = forms.FileField(
        required=False, label="File", help_text="The JSON of a SurveyJS or Form.io form; at most 1 MB."
    )
    text = forms.CharField(
        required=False, label="Or its text", widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"})
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        file = found.get("file")
        if file is not None and file.size > MAX_BYTES:
            raise forms.ValidationError(f"The file is larger than {MAX_BYTES // 1024} kB. Export one form alone.")
        raw = file.read() if file is not None else found.get("text", "").encode(errors="surrogatepass")
        if not raw.strip() and not self.errors:
            raise forms.ValidationError("Choose a file or paste the text of a form.")
        found["raw"] = raw
        return found


def _bpmn(raw: bytes) -> tuple[Any, tuple[str, ...]]:
    try:
        read = import_bpmn(raw)
    except NotBpmn as error:
        raise forms.ValidationError(str(error)) from error
    return read.document, read.report


def _json(raw: bytes) -> Any:
    try:
        return StrictJSONParser().parse(BytesIO(raw))
    except ParseError as error:
        raise forms.ValidationError(str(error.detail)) from error


class StepSkipForm(forms.Form):
    """Why a failed automatic step is not needed."""

    reason = forms.CharField(max_length=MAX_TEXT, error_messages={"required": "Say why."})


class StepRetryForm(StepSkipForm):
    """Why it is tried again, and its settings as JSON if they were edited; empty leaves them."""

    params = forms.CharField(required=False, max_length=100_000)

    def clean_params(self) -> dict[str, Any] | None:
        text = self.cleaned_data["params"].strip()
        if not text:
            return None
        try:
            found = StrictJSONParser().parse(BytesIO(text.encode()))
        except ParseError as error:
            raise forms.ValidationError(f"The settings are no JSON: {error.detail}") from error
        if not isinstance(found, dict):
            raise forms.ValidationError("The settings are a JSON object.")
        return found
