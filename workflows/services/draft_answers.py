"""What both faces answer about a draft, as JSON data."""

from typing import Any

from workflows.selectors.drafts import Draft, operation_json, problem_json
from workflows.services.drafts import Saved, draft_problems


def draft_json(draft: Draft) -> dict[str, Any]:
    """The whole draft."""
    return {
        "id": str(draft.definition.id),
        "version": draft.version.number,
        "revision": draft.revision,
        "document": draft.document,
        "problems": told_problems(draft),
    }


def saved_json(saved: Saved) -> dict[str, Any]:
    """What became of operations, and what the lint says by now."""
    return kept_json(saved) | {"problems": told_problems(saved.draft)}


def kept_json(saved: Saved) -> dict[str, Any]:
    """What became of operations."""
    return {
        "revision": saved.revision,
        "done": [operation_json(row) for row in saved.done],
        "missed": [operation_json(row) for row in saved.missed],
    }


def told_problems(draft: Draft) -> list[dict[str, Any]]:
    """What the lint says of the draft, with places in the draft and what mends them."""
    return [problem_json(draft.document, one) for one in draft_problems(draft)]
