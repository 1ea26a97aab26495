"""Small things that the templates of the designers say often."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.templatetags.ui import icon

register = template.Library()
# Icon names that views of the designers use, for the sprite: icon="player-play" icon="user-check" icon="flag" icon="point"
# icon="arrows-split-2" icon="arrows-join-2" icon="robot" icon="users" icon="hand-stop" icon="users-group" icon="scale"
# icon="arrows-join" icon="git-branch" icon="eye" icon="shield-check" icon="filter"


@register.filter
def at(found: Any, key: Any) -> Any:
    """What a mapping has under a name; an empty list where it has nothing."""
    return found.get(str(key), []) if isinstance(found, Mapping) else []


@register.simple_tag(takes_context=True)
def typed(context: Context, name: str, stored: Any) -> str:
    """What was typed in a form that was refused, else what is stored."""
    refused = context.get("refused")
    params = refused.params if refused is not None else {}
    if params.get("section") == context.get("section") and isinstance(params.get(name), str):
        return str(params[name])
    return "" if stored is None else str(stored)


@register.simple_tag
def rung_errors(refused: Any, section: str, row: int) -> SafeString:
    """What is wrong with one rung of a ladder."""
    if refused is None or refused.params.get("section") != section:
        return SafeString("")
    texts = [text for name, found in refused.fields.items() if name.startswith(f"rungs.{row}.") for text in found]
    lines = ((icon("alert-circle"), text) for text in texts)
    return format_html("{}", format_html_join("", '<p class="cs-errors">{}<span>{}</span></p>', lines))
