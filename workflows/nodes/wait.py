"""Wait until another system says that something has happened, at the one-time address `{{ callback.<step> }}`."""

from collections.abc import Iterator

from forms_builder.schema.parts import Part
from workflows.nodes.base import Done, NodeFailure, NodeKind, Pause, Work
from workflows.nodes.delay import LONGEST, While, length_of


class WaitParams(Part):
    """`within`: how long to wait ("2h", "14d"); without it for ever."""

    within: While = ""


class Wait(NodeKind[WaitParams]):
    kind = "wait"
    label = "Wait for another system"
    params = WaitParams

    def problems(self, params: WaitParams) -> Iterator[tuple[str, str]]:
        if params.within and length_of(params.within) > LONGEST:
            yield "within", "A step may wait a year at most."

    def run(self, params: WaitParams, work: Work) -> Done | Pause:
        came = work.tools.incoming()
        if came is not None:
            return Done(came)
        if not params.within:
            return Pause(None, "waits for another system")
        until = work.paused_until or work.at + length_of(params.within)
        if until <= work.at:
            raise NodeFailure("The other system did not answer in time.", again=False, late=True)
        return Pause(until, "waits for another system")
