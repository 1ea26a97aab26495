"""Forms, their versions, and the files that answers refer to."""

from forms_builder.models.attachments import Attachment
from forms_builder.models.forms import Form, FormState, FormVersion
from forms_builder.models.settings import FormSettings

__all__ = ["Attachment", "Form", "FormSettings", "FormState", "FormVersion"]
