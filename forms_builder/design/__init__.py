"""The designer of forms: what the palette offers, what can be set of each part, and the views that its pages are drawn from."""

from forms_builder.design import standard

__all__ = ["standard"]
