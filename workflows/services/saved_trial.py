"""Try a saved task: its links in a row, each with what those before it have answered."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils import timezone

from workflows.graph.automation import Node
from workflows.graph.saved import Piece, at, pieces_of
from workflows.nodes.base import Done, Pause
from workflows.nodes.templating import LINK
from workflows.selectors.drafts import Draft
from workflows.selectors.saved_tasks import saved_among
from workflows.services.node_trial import Trial, sample_paths, sample_world, world_trial


def saved_trials(
    draft: Draft,
    key: str,
    node: Mapping[str, Any],
    params: Mapping[str, Any],
    sample: Mapping[str, Any],
    moment: datetime | None = None,
) -> list[Trial]:
    """A trial of each link, until one has nothing to hand on: it failed, was not sent, or waits for something from outside.
    A pause with an end is over at once."""
    moment = moment or timezone.now()
    world = sample_world(draft, draft.actor, sample, moment) | {LINK: {}}
    found: list[Trial] = []
    for piece in pieces_in(draft, node, params):
        trial = world_trial(draft, key, piece.job.kind, piece.job.params, world, moment)
        found.append(replace(trial, title=piece.title))
        if isinstance(trial.answer, Pause) and (until := trial.answer.until):
            moment = max(moment, until)
            trial = world_trial(draft, key, piece.job.kind, piece.job.params, world, moment, until)
        if not isinstance(trial.answer, Done):
            break
        _hand_on(world, piece, trial.answer)
    return found


def saved_paths(draft: Draft, node: Mapping[str, Any], params: Mapping[str, Any]) -> list[str]:
    """The placeholders of all links that a sample fills in; what was before a later link is the answer of the one before."""
    found: dict[str, None] = {}
    for piece in pieces_in(draft, node, params):
        paths = sample_paths(piece.job.kind, piece.job.params)
        found |= dict.fromkeys(one for one in paths if piece.number == 1 or one.partition(".")[0] != "previous")
    return list(found)


def pieces_in(draft: Draft, node: Mapping[str, Any], params: Mapping[str, Any]) -> tuple[Piece, ...]:
    """The links of the saved task as the step would do them; none where there is no such task. One query at most."""
    read = Node.model_validate({**node, "params": dict(params)})
    if read.pinned is None and read.task:
        known = saved_among(draft.definition.organisation_id, {read.task})
        read = read.model_copy(update={"pinned": known[read.task].content}) if read.task in known else read
    return pieces_of(read)


def _hand_on(world: dict[str, Any], piece: Piece, answer: Done) -> None:
    """The next link finds the answer, and in the fields what was put there."""
    world[LINK] = world[LINK] | {piece.key: answer.output}
    world["previous"] = answer.output
    saved = {name: at(answer.output, path) for name, path in piece.job.save.items()}
    world["record"] = world["record"] | dict(answer.fields) | saved
