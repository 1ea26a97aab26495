"""The steps that a person has copied, to be pasted in this workflow or in another one."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest

from accounts.views.base import actor_of

CLIP: Final = "design_clip"
"""Its name in the session."""


def clip_in(request: HttpRequest) -> Any:
    """The steps that the person copied in this organisation, or None."""
    kept: Any = request.session.get(CLIP) or {}
    return kept.get("clip") if kept.get("organisation") == str(actor_of(request).organisation_id) else None


def clip_keep(request: HttpRequest, clip: Mapping[str, Any]) -> None:
    request.session[CLIP] = {"organisation": str(actor_of(request).organisation_id), "clip": clip}
