"""Sample absences of the profile."""

from datetime import date, timedelta
from types import SimpleNamespace as Some
from typing import Any

from accounts.forms import AbsenceForm
from tests.browser.gallery.parts import ID


def absences() -> dict[str, Any]:
    """Two own absences, and one colleague who asks and one for whom the person stands in."""
    people = [(str(ID), "Farid Khan"), ("2", "Wolfeschlegelsteinhausenbergerdorff, Adolph Blaine Charles")]
    scopes = {"group:1": "Group HR", "workflow:1": "Leave Application", "workflow:2": "Claim Expense"}

    def away(name: str, answer: str, scope: list[str], days: int = 4) -> dict[str, Any]:
        first = date(2025, 10, 1)
        row = Some(id=ID, starts_on=first, ends_on=first + timedelta(days=days), answer=answer, substitute_id=ID)
        row.member, row.substitute = Some(name=name), Some(email="farid@acme.example")
        return {"absence": row, "scope": scope}

    return {
        "absence_form": AbsenceForm(people=people, scopes=scopes, prefix="absence"),
        "absences": [away("Asha Rao", "accepted", []), away("Asha Rao", "declined", ["Leave Application"], 0)],
        "substitutions": [
            away("Ravi Iyer", "asked", []),
            away("Meera Pillai", "accepted", ["Group HR", "Claim Expense"]),
        ],
    }
