"""What the votes of a panel come to."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.approval import Member, Outcome, Panel, Rule, RuleKind, Tally, Vote, shortfall, summary, tally

FINANCE = ("Farid", "Fiona", "Fritz")
TWO = Rule(RuleKind.COUNT, count=2)


def people(*called: str, **more: object) -> list[Member]:
    return [Member(UUID(int=number), name, **more) for number, name in enumerate(called, 1)]  # type: ignore[arg-type]


def votes(members: Sequence[Member], said: str) -> list[Vote]:
    """ "yn." is yes of the first, no of the second, nothing of the third."""
    pairs = zip(members, said, strict=False)
    return [Vote(one.id, letter == "y", one.id) for one, letter in pairs if letter != "."]


def count(rule: Rule, members: Sequence[Member], said: str) -> Tally:
    return tally(rule, members, votes(members, said))


@pytest.mark.parametrize(
    ("said", "outcome", "text", "progress"),
    [
        ("...", "pending", "0–0, needs 2", "0 of 3, Farid, Fiona and Fritz pending"),
        ("yn.", "pending", "1–1, needs 2", "2 of 3, Fritz pending"),
        ("yny", "approved", "2–1, approved", "3 of 3"),
        ("ynn", "rejected", "1–2, rejected: 2 cannot be reached any more", "3 of 3"),
        ("yy.", "approved", "2–0, approved", "2 of 3"),
        ("nn.", "rejected", "0–2, rejected: 2 cannot be reached any more", "2 of 3"),
    ],
)
def test_two_of_three(said: str, outcome: str, text: str, progress: str) -> None:
    found = count(TWO, people(*FINANCE), said)
    assert (found.outcome, found.text, found.progress) == (outcome, text, progress)


@pytest.mark.parametrize(
    ("rule", "said", "text"),
    [
        (Rule(RuleKind.ANY), "n..", "0–1, needs 1"),
        (Rule(RuleKind.ANY), "ny.", "1–1, approved"),
        (Rule(RuleKind.ANY), "nnn", "0–3, rejected: 1 cannot be reached any more"),
        (Rule(RuleKind.ALL), "yy.", "2–0, needs 3"),
        (Rule(RuleKind.ALL), "n..", "0–1, rejected: 3 cannot be reached any more"),
        (Rule(RuleKind.PERCENT, percent=60), "y..", "1–0, needs 2"),
        (Rule(RuleKind.PERCENT, percent=67), "yy.", "2–0, needs 3"),
        (Rule(RuleKind.SEQUENCE), "y..", "1–0, needs 3, Fiona is next"),
        (Rule(RuleKind.SEQUENCE), "yn.", "1–1, rejected: 3 cannot be reached any more"),
    ],
)
def test_the_other_rules(rule: Rule, said: str, text: str) -> None:
    assert count(rule, people(*FINANCE), said).text == text


def test_groups_are_counted_apart() -> None:
    rule = Rule(RuleKind.PER_GROUP, groups={"Legal": 1, "Finance": 2})
    members = [Member(UUID(int=1), "Lena", "Legal"), *(Member(UUID(int=n), f"F{n}", "Finance") for n in (2, 3, 4))]
    assert count(rule, members, ".yn.").text == "1–1, needs 1 more of Legal and 1 more of Finance"
    assert count(rule, members, "yyy.").text == "3–0, approved"
    assert count(rule, members, "n...").text == "0–1, rejected: 1 of Legal cannot be reached any more"
    assert summary(rule, 4) == "1 of Legal and 2 of Finance must agree"
    assert shortfall(rule, members[1:]) == "1 approval of Legal is needed, and only 0 can be given"


def test_points_weigh() -> None:
    rule = Rule(RuleKind.WEIGHTS, count=5)
    members = [Member(UUID(int=1), "Meera", weight=3), *(Member(UUID(int=n), f"F{n}", weight=2) for n in (2, 3))]
    assert count(rule, members, ".y.").text == "1–0, needs 5 points, has 2"
    assert count(rule, members, "y.y").outcome is Outcome.APPROVED
    assert count(rule, members, "n..").text == "0–1, rejected: 5 points cannot be reached any more"


def test_who_may_veto_is_waited_for_and_rejects_alone() -> None:
    members = [*people("Farid", "Fiona"), Member(UUID(int=9), "Meera", veto=True)]
    assert count(TWO, members, "yy.").text == "2–0, waits for Meera, who may veto"
    assert count(TWO, members, "yyn").text == "2–1, rejected by the veto of Meera"
    assert count(TWO, members, "yyy").outcome is Outcome.APPROVED


def test_one_person_counts_once_also_for_somebody_else() -> None:
    farid, fiona, fritz = people(*FINANCE)
    twice = [Vote(farid.id, True, farid.id), Vote(fiona.id, True, farid.id)]
    assert tally(TWO, [farid, fiona, fritz], twice).text == "1–0, needs 2"
    stranger = Vote(UUID(int=77), True, UUID(int=77))
    assert tally(TWO, [farid, fiona, fritz], [stranger]).text == "0–0, needs 2"


def test_a_panel_too_small_says_so() -> None:
    assert shortfall(TWO, people("Farid")) == "2 approvals are needed, and only 1 can be given"
    assert shortfall(Rule(RuleKind.ALL), []) == "1 approval is needed, and only 0 can be given"
    assert shortfall(TWO, people(*FINANCE)) == ""


def test_a_panel_is_kept_and_read_back() -> None:
    panel = Panel(tuple(people(*FINANCE))).with_vote(
        Vote(UUID(int=2), False, UUID(int=2), "Fiona", "2025-09-29T05:00Z")
    )
    assert Panel.of_json(panel.as_json()) == panel


RULES = st.builds(
    Rule,
    st.sampled_from(RuleKind),
    count=st.integers(1, 8),
    percent=st.integers(1, 100),
    groups=st.dictionaries(st.sampled_from("AB"), st.integers(1, 3), min_size=1),
)


@st.composite
def panels(draw: st.DrawFn) -> list[Member]:
    size = draw(st.integers(1, 6))
    return [
        Member(
            UUID(int=number),
            f"M{number}",
            draw(st.sampled_from("AB")),
            draw(st.integers(1, 3)),
            draw(st.sampled_from([False, False, True])),
        )
        for number in range(1, size + 1)
    ]


@settings(max_examples=150, deadline=None)
@given(RULES, panels(), st.data())
def test_what_is_decided_early_is_never_contradicted(rule: Rule, members: list[Member], data: st.DataObject) -> None:
    everybody = [Vote(one.id, data.draw(st.booleans()), one.id) for one in data.draw(st.permutations(members))]
    found = [tally(rule, members, everybody[:number]) for number in range(len(everybody) + 1)]
    assert found[-1].decided
    decided = [one.outcome for one in found if one.decided]
    assert len(set(decided)) == 1
    assert [one.decided for one in found] == sorted(one.decided for one in found)
    for before in found:
        assert bool(before.turn) is not before.decided


@settings(max_examples=100, deadline=None)
@given(RULES, panels(), st.data())
def test_the_order_of_votes_does_not_matter(rule: Rule, members: list[Member], data: st.DataObject) -> None:
    said = [Vote(one.id, data.draw(st.booleans()), one.id) for one in members if data.draw(st.booleans())]
    shuffled = data.draw(st.permutations(said))
    assert tally(rule, members, said) == tally(rule, members, shuffled)


@settings(max_examples=100, deadline=None)
@given(RULES, panels(), st.data())
def test_it_is_certain_no_later_than_anybody_could_tell(rule: Rule, members: list[Member], data: st.DataObject) -> None:
    """Pending means that both ends are still possible."""
    said = [Vote(one.id, data.draw(st.booleans()), one.id) for one in members if data.draw(st.booleans())]
    now = tally(rule, members, said)
    ends = {
        tally(rule, members, [*said, *(Vote(one.id, approve, one.id) for one in now.pending)]).outcome
        for approve in (True, False)
    }
    assert ends == ({Outcome.APPROVED, Outcome.REJECTED} if not now.decided else {now.outcome})
