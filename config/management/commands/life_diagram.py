"""``manage.py life_diagram``: draw an entity's life from the state metadata as Mermaid, which code hosts show as a picture."""

from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Organisation
from accounts.tenancy.errors import NotFound
from accounts.tenancy.scope import organisation_scope
from flows.setup import PROPOSAL_WORKFLOW
from workflows.models import Tone
from workflows.selectors.tracking import Life, life_of

FENCE: Final = "```mermaid\n"
END: Final = "```\n"
COLOURS: Final = {
    Tone.ACCENT: "fill:#e0e7ff,stroke:#4338ca,color:#1e1b4b",
    Tone.GOOD: "fill:#dcfce7,stroke:#15803d,color:#052e16",
    Tone.WARN: "fill:#fef3c7,stroke:#b45309,color:#451a03",
    Tone.BAD: "fill:#fee2e2,stroke:#b91c1c,color:#450a0a",
}


class Command(BaseCommand):
    help = "Draw a life (the states of an entity, and which may follow which) as an organisation has it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", metavar="SLUG", required=True)
        parser.add_argument("--life", default=PROPOSAL_WORKFLOW, help=f"its code; {PROPOSAL_WORKFLOW} by default")
        parser.add_argument(
            "--into", type=Path, help="the document whose Mermaid block is replaced; otherwise it is printed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = Organisation.objects.filter(slug=options["organisation"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation {options['organisation']}.")
        try:
            with organisation_scope(organisation.id):
                drawn = mermaid(life_of(organisation.id, options["life"]))
        except NotFound as error:
            raise CommandError(str(error)) from None
        if options["into"] is None:
            self.stdout.write(drawn, ending="")
            return
        try:
            text = options["into"].read_text(encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{options['into']} cannot be read: {error.strerror}.") from None
        except UnicodeDecodeError:
            raise CommandError(f"{options['into']} is not a text in UTF-8.") from None
        if FENCE not in text:
            raise CommandError(f"{options['into']} has no Mermaid block.")
        before, _, rest = text.partition(FENCE)
        options["into"].write_text(f"{before}{FENCE}{drawn}{END}{rest.partition(END)[2]}", encoding="utf-8")


def mermaid(life: Life) -> str:
    """The states in their order, with an arrow for every allowed step; from the dot into the start, from the ends to the ring."""
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{state.name}" as {code}' for code, state in life.states.items()]
    lines += [f"    [*] --> {state.code}" for state in life.states.values() if state.is_start]
    lines += [f"    {code} --> {follower}" for code, state in life.states.items() for follower in state.nexts]
    lines += [f"    {state.code} --> [*]" for state in life.states.values() if state.is_end]
    for tone, colours in COLOURS.items():
        codes = [state.code for state in life.states.values() if state.tone == tone]
        if codes:
            lines += [f"    classDef {tone.value} {colours}", f"    class {','.join(codes)} {tone.value}"]
    return "\n".join(lines) + "\n"


def drawn_in(text: str) -> str:
    """What the document's Mermaid block draws."""
    return text.partition(FENCE)[2].partition(END)[0]
