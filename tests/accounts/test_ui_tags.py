"""The presentation helpers: words for times, people and states."""

from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.utils import timezone

from accounts.templatetags import ui

NOW = datetime(2025, 10, 6, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=12), "12 min ago"),
        (timedelta(hours=3, minutes=50), "3 h ago"),
        (timedelta(days=5), "5 d ago"),
        (timedelta(days=40), "27 Aug 2025"),
        (timedelta(hours=-2), "in 2 h"),
    ],
)
def test_ago(gap: timedelta, words: str) -> None:
    assert ui.ago(NOW - gap, NOW) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"),
        (12.4, "under a minute"),
        (timedelta(hours=51), "2 d 3 h"),
        (timedelta(hours=1), "1 h"),
        (timedelta(minutes=5, seconds=30), "5 min"),
    ],
)
def test_duration(value: timedelta | float | None, words: str) -> None:
    assert ui.duration(value) == words


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Asha", "A"), ("Asha Devi Verma", "AV"), ("", "?"), ("(guest) Élodie", "É"), ("李 明", "李明")],
)
def test_initials(name: str, letters: str) -> None:
    assert ui.initials(name) == letters


def test_names_are_escaped() -> None:
    assert "<b>" not in ui.person("<b>Bobby</b>")
    assert "<i>" not in ui.run_chip("completed", "<i>Approved</i>")


def test_outcome_says_more_than_completed() -> None:
    assert "Completed" in ui.run_chip("completed")
    assert "cs-chip-bad" in ui.run_chip("completed", "Rejected")
    assert "Withdrawn" in ui.run_chip("killed")
    assert "Timed out" in ui.run_chip("killed", "Timed out")
    assert "cs-chip-good" in ui.run_chip("completed", "Approved")


def test_target_that_is_near_or_gone_warns() -> None:
    now = timezone.now()
    assert ui.sla_chip(None) == ""
    assert "cs-chip-bad" in ui.sla_chip(now - timedelta(hours=5), overdue=True)
    assert "Overdue 5 h" in ui.sla_chip(now - timedelta(hours=5, minutes=1))
    assert "cs-chip-warn" in ui.sla_chip(now + timedelta(hours=2))
    assert "2 d left" in ui.sla_chip(now + timedelta(days=2, minutes=1))


def test_control_has_the_class_of_its_kind() -> None:
    class Sample(forms.Form):
        text = forms.CharField(widget=forms.TextInput(attrs={"class": "wide"}))
        pick = forms.ChoiceField(choices=[("a", "A")])
        tick = forms.BooleanField()

    form = Sample()
    assert 'class="wide form-control"' in ui.control(form["text"])
    assert 'class="form-select"' in ui.control(form["pick"])
    assert ui.is_checkbox(form["tick"])
