"""Refusals as one line of text, for results that list many of them."""

from accounts.tenancy.errors import DomainError, Invalid
from workflows.engine.state import RunState
from workflows.models import WorkflowRun
from workflows.selectors.definitions import definition_of


def refusal_text(refusal: DomainError, run: RunState | WorkflowRun) -> str:
    """What is wrong and what to do about it; fields are called as people know them."""
    if not isinstance(refusal, Invalid) or not refusal.fields:
        return refusal.message
    names = definition_of(run.organisation_id, run.version_id).form.by_name
    lines = []
    for path, texts in refusal.fields.items():
        head = path.removeprefix("data.").split(".")[0] if path.startswith("data.") else ""
        label = f"{names[head].label}: " if head in names else ""
        lines.append(label + " ".join(texts))
    return " ".join(lines)
