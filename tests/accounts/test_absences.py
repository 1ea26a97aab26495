"""Being away: days and their clock, the substitute's answer, overlaps and circles, coming back."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.absence import Away, OwnAbsence, away, away_words, stands_in_for
from accounts.models import Absence, AuditEntry
from accounts.selectors.absences import AbsenceNotFound, stand_ins_of
from accounts.services.absences import (
    AbsenceOver,
    NotAsked,
    absence_accept,
    absence_ask,
    absence_decline,
    absence_end,
    absence_set,
    absences_sweep,
    organisations_with_absences_due,
)
from accounts.services.people import members_deactivate
from accounts.tenancy.errors import Denied, Invalid
from tests.cast import Acme
from tests.factories.accounts import PlaceFactory, be_away
from workflows.selectors.people import persons

FIRST, LAST = date(2025, 10, 1), date(2025, 10, 5)
BEGINS = datetime(2025, 9, 30, 18, 30, tzinfo=UTC)
ENDS = datetime(2025, 10, 5, 18, 30, tzinfo=UTC)
EARLIER = datetime(2025, 9, 20, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def _inside(acme: Acme) -> object:
    with acme.scope():
        yield


def kinds() -> list[str]:
    return list(AuditEntry.objects.filter(kind__startswith="absence").order_by("id").values_list("kind", flat=True))


def own(acme: Acme) -> tuple[OwnAbsence, ...]:
    return persons(acme.organisation.id, [acme.ravi.id])[acme.ravi.id].absences


def test_both_days_count_by_the_clock_of_the_person(acme: Acme) -> None:
    absence = be_away(acme.ravi, FIRST, LAST)
    assert (absence.starts_at, absence.ends_at, absence.time_zone) == (BEGINS, ENDS, "Asia/Kolkata")
    acme.meera.place = PlaceFactory(organisation=acme.organisation, time_zone="America/New_York")
    assert be_away(acme.meera, FIRST, LAST).starts_at == datetime(2025, 10, 1, 4, 0, tzinfo=UTC)


def test_a_substitute_counts_once_accepted_and_only_in_the_time(acme: Acme) -> None:
    absence = be_away(acme.ravi, FIRST, LAST, acme.farid, accepts=False)
    assert stand_ins_of(acme.farid) == ()
    assert away(own(acme), BEGINS, ()) == Away(LAST)
    absence_accept(actor=acme.farid, absence_id=absence.id, at=EARLIER)
    standing = stand_ins_of(acme.farid)
    held = [stands_in_for(standing, acme.ravi.id, at, ()) for at in (BEGINS - MOMENT, BEGINS, ENDS - MOMENT, ENDS)]
    assert held == [False, True, True, False]
    assert [away(own(acme), at, ()) is None for at in (BEGINS - MOMENT, BEGINS, ENDS)] == [True, False, True]
    found = away(own(acme), BEGINS, ())
    assert found is not None
    assert (found.is_covered, away_words(found)) == (True, "(away until 5 Oct) → Farid")
    assert kinds() == ["absence.set", "absence.substitute_asked", "absence.substitute_accepted"]


def test_no_chains_the_substitute_of_the_substitute_is_not_asked(acme: Acme) -> None:
    be_away(acme.ravi, FIRST, LAST, acme.farid)
    be_away(acme.farid, FIRST, LAST, acme.fiona)
    assert not stands_in_for(stand_ins_of(acme.fiona), acme.ravi.id, BEGINS, ())
    found = away(own(acme), BEGINS, ())
    assert found is not None
    assert (found.is_covered, away_words(found)) == (False, "(away until 5 Oct) → Farid, who is away too")


def test_no_circles_however_long(acme: Acme) -> None:
    be_away(acme.ravi, FIRST, LAST, acme.farid)
    be_away(acme.farid, FIRST, LAST, acme.fiona)
    with pytest.raises(Invalid, match="correction") as refusal:
        be_away(acme.fiona, LAST, LAST, acme.ravi)
    assert refusal.value.fields.keys() == {"substitute"}
    be_away(acme.fiona, LAST + timedelta(days=1), LAST + timedelta(days=3), acme.ravi)


def test_one_absence_at_a_time_for_the_same_work(acme: Acme) -> None:
    first = be_away(acme.ravi, FIRST, LAST)
    with pytest.raises(Invalid) as refusal:
        be_away(acme.ravi, LAST, LAST + timedelta(days=3))
    assert refusal.value.code == "absence.overlap"
    absence_end(actor=acme.ravi, absence_id=first.id, at=EARLIER)
    be_away(acme.ravi, LAST, LAST + timedelta(days=3))


@pytest.mark.parametrize(
    ("first", "last", "place"),
    [
        (LAST, FIRST, "ends_on"),
        (date(2025, 1, 1), date(2025, 1, 2), "ends_on"),
        (FIRST, date(2027, 1, 1), "ends_on"),
        (date(9999, 12, 31), date(9999, 12, 31), "starts_on"),
    ],
)
def test_days_that_make_no_sense_are_refused(acme: Acme, first: date, last: date, place: str) -> None:
    with pytest.raises(Invalid) as refusal:
        absence_set(actor=acme.ravi, starts_on=first, ends_on=last, at=EARLIER)
    assert place in refusal.value.fields


def test_only_the_substitute_answers_and_only_once(acme: Acme) -> None:
    absence = be_away(acme.ravi, FIRST, LAST, acme.farid, accepts=False)
    with pytest.raises(AbsenceNotFound):
        absence_accept(actor=acme.fiona, absence_id=absence.id, at=EARLIER)
    with pytest.raises(Denied):
        absence_accept(actor=acme.ravi, absence_id=absence.id, at=EARLIER)
    absence_accept(actor=acme.farid, absence_id=absence.id, at=EARLIER)
    with pytest.raises(NotAsked):
        absence_accept(actor=acme.farid, absence_id=absence.id, at=EARLIER)
    absence_decline(actor=acme.farid, absence_id=absence.id, at=BEGINS)
    assert stand_ins_of(acme.farid) == ()
    with pytest.raises(NotAsked):
        absence_decline(actor=acme.farid, absence_id=absence.id, at=BEGINS)
    with pytest.raises(AbsenceOver):
        absence_decline(actor=acme.farid, absence_id=absence.id, at=ENDS)


def test_another_substitute_must_accept_anew(acme: Acme) -> None:
    absence = be_away(acme.ravi, FIRST, LAST, acme.farid)
    absence_ask(actor=acme.ravi, absence_id=absence.id, substitute_id=acme.fiona.id, at=BEGINS)
    assert (stand_ins_of(acme.farid), stand_ins_of(acme.fiona)) == ((), ())
    assert kinds()[-2:] == ["absence.substitute_released", "absence.substitute_asked"]
    for wrong in (acme.ravi.id, acme.organisation.id):
        with pytest.raises(Invalid):
            absence_ask(actor=acme.ravi, absence_id=absence.id, substitute_id=wrong, at=BEGINS)
    absence_ask(actor=acme.ravi, absence_id=absence.id, substitute_id=None, at=BEGINS)
    assert Absence.objects.get().answer == "none"


def test_an_admin_sets_one_for_somebody_and_colleagues_do_not(acme: Acme) -> None:
    with pytest.raises(Denied):
        absence_set(actor=acme.fiona, member_id=acme.ravi.id, starts_on=FIRST, ends_on=LAST, at=EARLIER)
    absence = absence_set(
        actor=acme.tess, member_id=acme.ravi.id, starts_on=FIRST, ends_on=LAST, substitute_id=acme.farid.id, at=EARLIER
    )
    assert (absence.member_id, absence.answer) == (acme.ravi.id, "asked")
    absence_end(actor=acme.tess, absence_id=absence.id, at=BEGINS)


def test_the_sweep_tells_of_beginning_and_end_once(acme: Acme) -> None:
    be_away(acme.ravi, FIRST, LAST, acme.farid)
    here = acme.organisation.id
    assert [organisations_with_absences_due(at) for at in (BEGINS - MOMENT, BEGINS)] == [[], [here]]
    assert [absences_sweep(here, at=at) for at in (BEGINS - MOMENT, BEGINS, BEGINS, ENDS - MOMENT)] == [0, 1, 0, 0]
    assert [absences_sweep(here, at=at) for at in (ENDS, ENDS)] == [1, 0]
    assert organisations_with_absences_due(ENDS) == []
    assert kinds()[-2:] == ["absence.began", "absence.ended"]
    assert AuditEntry.objects.get(kind="absence.ended").payload["early"] is False


def test_leavers_are_not_away_and_stand_in_for_nobody(acme: Acme) -> None:
    be_away(acme.ravi, FIRST, LAST, acme.farid)
    be_away(acme.farid, LAST + timedelta(days=1), LAST + timedelta(days=2), acme.fiona)
    members_deactivate(actor=acme.tess, member_ids=[acme.farid.id])
    assert Absence.objects.get(member=acme.farid).ended_at is not None
    assert Absence.objects.get(member=acme.ravi).answer == "declined"
    assert AuditEntry.objects.get(kind="absence.substitute_declined").payload["left"] is True
