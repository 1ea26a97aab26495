"""Forms of other products, SurveyJS and Form.io: read into our document, with a report of what was not taken. Pure Python."""

from forms_builder.exchange.importing import MAX_BYTES, import_form, import_text
from forms_builder.exchange.writer import FormImport, Note

__all__ = ["MAX_BYTES", "FormImport", "Note", "import_form", "import_text"]
