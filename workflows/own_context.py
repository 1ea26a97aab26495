"""What the product keeps for itself in a request's context, beside the answers of its automatic steps.

Each name has a sign that no step's key and no `save_as` can have, so no answer ever goes over it.
"""

from typing import Final

DEPTH: Final = "chain:depth"
"""How many requests came before, each started by a step of the one before it."""
ASKED: Final = "chain:key"
"""The key under which the step of another request asked for this one."""
LAST_EDITOR: Final = "last editor"
"""Who had edited the draft last when its publishing was asked for."""
FINGERPRINT: Final = "draft:fingerprint"
"""What the draft was when its publishing was asked for."""
