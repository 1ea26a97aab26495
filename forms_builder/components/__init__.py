"""Types of field that are plug-ins: one module each, with everything that the product must know of it.

A module registers its `schema.component.Component` and its `design.kinds.FieldKind` when it is imported. The shipped ones
are listed here; an installation lists the modules of its own in the setting `FORM_COMPONENTS`.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import Final

from django.conf import settings

SHIPPED: Final = ("rating", "computed", "lookup", "location", "photo", "signature")


def load(modules: Sequence[str] | None = None) -> None:
    """Import the shipped components and those of the installation, once, when the product starts."""
    own = settings.FORM_COMPONENTS if modules is None else modules
    for name in (*(f"{__name__}.{one}" for one in SHIPPED), *own):
        import_module(name)
