"""The steps that a person has copied, to be pasted in this workflow or in another one."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest

from accounts.views.base import actor_of

CLIP: Final = "design_clip"
"""Its name in the session."""


def clip_in(request: HttpRequest) -> Any:
    """The steps that the person copied in this organisation, or None."""
    kept = request.session.get(CLIP)
    own = isinstance(kept, dict) and kept.get("organisation") == str(actor_of(request).organisation_id)
    return kept["clip"] if own else None


def clip_keep(request: HttpRequest, clip: Mapping[str, Any]) -> None:
    request.session[CLIP] = {"organisation": str(actor_of(request).organisation_id), "clip": clip}
