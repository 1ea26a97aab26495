"""How things look: icons, people, times, chips, controls. Presentation only, no queries; every page loads it."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from zlib import crc32

from django import template
from django.forms import BoundField, CheckboxInput, RadioSelect, Select
from django.template.context import Context
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django_vite.core.asset_loader import DjangoViteAssetLoader
from django_vite.core.exceptions import DjangoViteAssetNotFoundError

register = template.Library()

ICONS: Final = "icons.svg"
HUES: Final = 8
SOON: Final = timedelta(hours=4)
"""A target nearer than this is shown as a warning."""


@register.simple_tag
def built(entry: str) -> SafeString:
    """Tags of a built script and its styles; nothing while the front end is not built (a system check says so)."""
    try:
        return SafeString(DjangoViteAssetLoader.instance().generate_vite_asset(entry))
    except DjangoViteAssetNotFoundError:
        return SafeString("")


@register.simple_tag
def built_url(entry: str) -> str:
    """Address of a built file, empty while the front end is not built."""
    try:
        return str(DjangoViteAssetLoader.instance().generate_vite_asset_url(entry))
    except DjangoViteAssetNotFoundError:
        return ""


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """An icon of the built sprite, by its Tabler name; decoration unless it has a `label`."""
    return _icon(name, label, css)


@lru_cache(maxsize=1024)  # a list has four in each row; the sprite's address is fixed for the life of the process
def _icon(name: str, label: str, css: str) -> SafeString:
    meaning = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="cs-icon {}" viewBox="0 0 24 24" {}><use href="{}#{}"/></svg>', css, meaning, built_url(ICONS), name
    )


def initials(name: str) -> str:
    """At most two letters for a person: of the first and of the last word."""
    words = [word for word in name.split() if word[:1].isalnum()]
    letters = words[:1] + words[1:][-1:]
    return "".join(word[0] for word in letters).upper() or "?"


@register.simple_tag
def avatar(name: str | None, size: str = "") -> SafeString:
    """Initials on a colour that stays with the name; `size` is "", "s" or "l". The name itself stands beside it."""
    return _avatar(str(name or ""), size)


@lru_cache(maxsize=4096)
def _avatar(text: str, size: str) -> SafeString:
    return format_html(
        '<span class="cs-avatar cs-hue-{}{}" aria-hidden="true">{}</span>',
        crc32(text.encode()) % HUES,
        f" cs-avatar-{size}" if size else "",
        initials(text),
    )


@register.simple_tag
def person(name: str | None, size: str = "s") -> SafeString:
    """Avatar and name; "Nobody yet" without a name."""
    if not name:
        return SafeString('<span class="cs-soft">Nobody yet</span>')
    return format_html('<span class="cs-person">{}<span class="cs-clip">{}</span></span>', avatar(name, size), name)


@register.simple_tag
def when(moment: datetime | None, style: str = "ago") -> SafeString:
    """A point in time: "ago" in words with the exact time on demand, or "full" in the person's time zone."""
    if moment is None:
        return SafeString('<span class="cs-faint">–</span>')
    local = timezone.localtime(moment)
    exact = exactly(local)
    text = exact if style == "full" else ago(moment, timezone.now())
    # Nothing in it comes from a person, and a page has dozens: no escaping to pay for.
    return SafeString(f'<time datetime="{local.isoformat(timespec="minutes")}" title="{exact}">{text}</time>')


def exactly(local: datetime) -> str:
    """ "Mon 6 Oct 2025, 14:05"."""
    return f"{local:%a} {day_of(local)}, {local:%H:%M}"


def day_of(local: datetime) -> str:
    """ "6 Oct 2025"."""
    return f"{local.day} {local:%b %Y}"


def ago(moment: datetime, now: datetime) -> str:
    """ "just now", "12 min ago", "3 h ago", "5 d ago", then the date; the same with "in" for what is to come."""
    seconds = (now - moment).total_seconds()
    gap = span(abs(seconds))
    if not gap:
        return "just now"
    if abs(seconds) > 14 * 86_400:
        return day_of(timezone.localtime(moment))
    return f"{gap} ago" if seconds > 0 else f"in {gap}"


def span(seconds: float) -> str:
    """A length of time in its largest unit, empty under a minute."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return ""


@register.filter
def duration(value: timedelta | float | str | None) -> str:
    """A measured length (timedelta or seconds) in two units: "2 d 3 h"; "–" for none."""
    if value is None or value == "":  # what a template finds of nothing
        return "–"
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    first = span(seconds)
    if not first:
        return "under a minute"
    count, _, unit = first.partition(" ")
    size = {"d": 86_400, "h": 3_600, "min": 60}[unit]
    rest = span(seconds - int(count) * size) if unit != "min" else ""
    return f"{first} {rest}".strip()


def chip(text: str, name: str, tone: str = "", title: str = "") -> SafeString:
    """A chip says it in words and with an icon, the tone only repeats it."""
    css = f"cs-chip cs-chip-{tone}" if tone else "cs-chip"
    more = f' title="{escape(title)}"' if title else ""
    return SafeString(f'<span class="{css}"{more}>{_icon(name, "", "")}{escape(text)}</span>')


RUN_CHIPS: Final[dict[str, tuple[str, str, str]]] = {
    "queued": ("Queued", "hourglass", ""),
    "running": ("In progress", "progress", "accent"),
    "completed": ("Completed", "circle-check", "good"),
    "failed": ("Failed", "alert-circle", "bad"),
    "killed": ("Withdrawn", "circle-minus", ""),
}
RUN_WORDS: Final = {status: text for status, (text, *_) in RUN_CHIPS.items()}
VERSION_CHIPS: Final[dict[str, tuple[str, str, str]]] = {
    "draft": ("Draft", "pencil", "warn"),
    "published": ("Published", "circle-check", "good"),
    "retired": ("Retired", "archive", ""),
}
REFUSALS: Final = ("reject", "refus", "declin", "den", "cancel")
# Icon names used from Python, for the sprite: icon="hourglass" icon="progress" icon="circle-check" icon="alert-circle"
# icon="circle-minus" icon="clock" icon="refresh" icon="pencil" icon="archive" icon="circle-x" icon="clock-exclamation"
# icon="player-pause"


@register.simple_tag
def run_chip(status: str, outcome: str = "") -> SafeString:
    """State of a request; once it has ended, its outcome ("Approved", "Timed out") says more than "Completed" or "Withdrawn"."""
    text, name, tone = RUN_CHIPS.get(status, (status.capitalize(), "progress", ""))
    if status == "completed" and outcome:
        refused = outcome.lower().startswith(REFUSALS)
        return chip(outcome, "circle-x" if refused else name, "bad" if refused else tone)
    if status in ("failed", "killed") and outcome:
        return chip(outcome, "clock-exclamation", "bad")
    return chip(text, name, tone)


@register.simple_tag
def version_chip(state: str) -> SafeString:
    """State of a definition's version."""
    return chip(*VERSION_CHIPS.get(state, (state.capitalize(), "pencil", "")))


@register.simple_tag
def sla_chip(
    due_at: datetime | None, overdue: bool = False, done: bool = False, paused: datetime | None = None, why: str = ""
) -> SafeString:
    """Time left until a target, in calendar time; nothing without a target or when the work is done. Since ``paused`` the clock
    stands still, ``why`` says in two words for what."""
    if paused and not done:
        return chip(
            why or "Paused", "player-pause", "", f"The clock stands still since {exactly(timezone.localtime(paused))}"
        )
    if due_at is None or done:
        return SafeString("")
    left = due_at - timezone.now()
    exact = f"Due {exactly(timezone.localtime(due_at))}"
    gap = span(abs(left.total_seconds())) or "1 min"
    if overdue or left < timedelta(0):
        return chip(f"Overdue {gap}" if left < timedelta(0) else "Overdue", "clock-exclamation", "bad", exact)
    return chip(f"{gap} left", "clock", "warn" if left < SOON else "", exact)


@register.simple_tag(takes_context=True)
def nav_link(
    context: Context,
    name: str,
    text: str,
    icon_name: str,
    badge: int | str | None = None,
    query: str = "",
    ident: str = "",
) -> SafeString:
    """A link of the navigation; the page it leads to is marked as current. Nothing where the URL does not exist."""
    try:
        url = reverse(name)
    except NoReverseMatch:
        return SafeString("")
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    here = match is not None and match.view_name == name
    if here and name == "inbox":
        tab = getattr(request, "GET", {}).get("tab", "")
        here = (tab == "following") == (query == "?tab=following")
    return format_html(
        '<a class="cs-nav-link" href="{}{}"{}>{}<span>{}</span>{}</a>',
        url,
        query,
        SafeString(' aria-current="page"') if here else "",
        icon(icon_name),
        text,
        badge_of(ident, str(badge or "")) if ident else "",
    )


def badge_of(ident: str, shown: str) -> SafeString:
    """The number beside a link; `data-badge` is where fresh counts are put."""
    return format_html('<span class="cs-badge" data-badge="{}">{}</span>', ident, shown)


@register.filter
def control(field: BoundField) -> SafeString:
    """The widget of a form field with the classes of its kind; Django adds the links to help and errors."""
    widget = field.field.widget
    if isinstance(widget, CheckboxInput | RadioSelect):
        css = "form-check-input"
    else:
        css = "form-select" if isinstance(widget, Select) else "form-control"
    own = widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"{own} {css}".strip()})


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether the label stands behind the control."""
    return isinstance(field.field.widget, CheckboxInput)


@register.simple_tag
def error_links(form: Any) -> SafeString:
    """A list of what is wrong in a form, each a link to its field."""
    return format_html_join(
        "",
        '<li><a href="#{}">{}: {}</a></li>',
        ((field.id_for_label or field.auto_id, field.label, error) for field in form for error in field.errors),
    )
