"""What makes two proposals the same, and what a difference says: whatever the commands are."""

from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from flows.proposals.diff import Before, difference, drift, merged
from flows.proposals.flow_def import FlowDef
from flows.proposals.identity import identity_of

names = st.sampled_from(["", "eod", "intraday"])
codes = st.sampled_from(["DAILY", "WEEKLY"])
ids = st.integers(1, 4).map(lambda number: UUID(int=number))
attributes = st.fixed_dictionaries(
    {
        "name": names,
        "transport": st.sampled_from(["EMAIL", "WEB"]),
        "frequency": codes,
        "basisOffset": st.integers(-1, 1),
        "criticality": st.sampled_from(["LOW", "HIGH"]),
        "description": st.sampled_from(["", "words"]),
    }
)
creations = st.fixed_dictionaries(
    {"attributes": attributes, "spec": st.none() | ids, "types": st.lists(ids, min_size=1), "target": ids}
)


def creation(made: dict[str, Any]) -> FlowDef:
    source = {"kind": "APPLICATION", "id": str(UUID(int=9))}
    new = {"owningEntity": source, "name": "File", "format": "XML"}
    return FlowDef.load(
        {
            "source": source,
            "target": {"kind": "APPLICATION", "id": str(made["target"])},
            "reason": {"description": "Because"},
            "specification": {"id": str(made["spec"])} if made["spec"] else new,
            "flowAttributes": made["attributes"],
            "dataTypeIds": [str(ident) for ident in made["types"]],
            "proposalType": "CREATE",
        }
    )


def key(made: dict[str, Any]) -> list[Any]:
    """The rule in other words: ends, specification and delivery; not what it is called for people, nor what it carries."""
    told = {name: value for name, value in made["attributes"].items() if name != "description"}
    return [made["target"], made["spec"], told]


@given(creations, creations)
def test_two_creations_are_the_same_by_ends_specification_and_delivery(
    one: dict[str, Any], two: dict[str, Any]
) -> None:
    assert (identity_of(creation(one)) == identity_of(creation(two))) == (key(one) == key(two))


@given(creations)
def test_a_command_is_read_back_as_it_was_kept(made: dict[str, Any]) -> None:
    command = creation(made)
    again = FlowDef.load(command.dump())
    assert again == command
    assert identity_of(again) == identity_of(command)


def before(values: dict[str, Any], types: frozenset[UUID]) -> Before:
    found = creation({"attributes": values, "spec": None, "types": [UUID(int=1)], "target": UUID(int=2)})
    assert found.flow_attributes is not None
    return Before(found.flow_attributes, types)


@given(attributes, st.frozensets(ids), attributes, st.frozensets(ids, min_size=1))
def test_a_difference_names_exactly_what_differs(
    was: dict[str, Any], had: frozenset[UUID], new: dict[str, Any], wanted: frozenset[UUID]
) -> None:
    command = creation({"attributes": new, "spec": None, "types": sorted(wanted), "target": UUID(int=2)})
    change = difference(command, before(was, had))
    assert {one.field for one in change.attributes if one.is_changed} == {
        name for name in was if was[name] != new[name]
    }
    assert (change.added, change.removed, change.kept) == (wanted - had, had - wanted, wanted & had)
    assert change.is_empty == (was == new and had == wanted)
    assert (drift(before(was, had), before(new, wanted), lambda _, value: str(value)) == []) == change.is_empty
    stored = before(was, had)
    assert Before.load(stored.dump()) == stored


@given(attributes, attributes, attributes, st.frozensets(ids), st.frozensets(ids), st.frozensets(ids))
def test_what_two_people_changed_is_put_together(
    mine: dict[str, Any],
    then: dict[str, Any],
    now: dict[str, Any],
    my_types: frozenset[UUID],
    had: frozenset[UUID],
    have: frozenset[UUID],
) -> None:
    found = merged(before(mine, my_types), before(then, had), before(now, have))
    wanted = {name: mine[name] if mine[name] != then[name] else now[name] for name in then}
    assert found == before(wanted, frozenset(one for one in UUIDS if is_wanted(one, my_types, had, have)))


UUIDS = [UUID(int=number) for number in range(1, 5)]


def is_wanted(one: UUID, mine: frozenset[UUID], then: frozenset[UUID], now: frozenset[UUID]) -> bool:
    return one in mine if (one in mine) != (one in then) else one in now
