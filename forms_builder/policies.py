"""Rights over forms and attachments."""

from collections.abc import Callable
from typing import ClassVar

from django.db.models import Q

from accounts.models import Membership
from accounts.policies import Policy, carries, has_code
from accounts.policies.people import AdministrationPolicy
from forms_builder.models import Attachment, Form

EDIT = "definition.edit"
PUBLISH = "definition.publish"
VIEW_ALL = "definition.view_all"


class FormPolicy(Policy[Form]):
    """Forms are part of a workflow's definition and follow its permission codes."""

    noun = "form"
    actions = ("view", "create", "edit", "publish")
    codes: ClassVar[dict[str, str]] = {
        EDIT: "Draw and change workflows and forms",
        PUBLISH: "Publish workflows and forms",
        VIEW_ALL: "See the definition of every workflow and form",
    }
    _codes: ClassVar[dict[str, tuple[str, ...]]] = {
        "view": (VIEW_ALL, EDIT, PUBLISH),
        "create": (EDIT,),
        "edit": (EDIT,),
        "publish": (PUBLISH,),
    }

    def holders(self, action: str, obj: Form | None) -> Q:
        found = Q()
        for code in self._codes[action]:
            found |= has_code(code)
        return found

    def may(self, actor: Membership, action: str, obj: Form | None = None) -> bool:
        return any(carries(actor, code) for code in self._codes[action])


Reader = Callable[[Membership, Attachment], bool]
_readers: list[Reader] = []


def register_reader(reader: Reader) -> None:
    """Have ``reader`` decide who may read the files of a run. Called once, from the ``apps.py`` of ``workflows``.

    It gets a person and an attachment with a ``run_id`` of the person's organisation, and must answer by the contract of
    field and step: ``attachment.field`` names the field.
    """
    if reader not in _readers:
        _readers.append(reader)


class AttachmentPolicy(Policy[Attachment]):
    """Everybody may upload for a request of their own; who may read a request's files is decided by ``workflows``."""

    noun = "attachment"
    actions = ("add", "read")

    def holders(self, action: str, obj: Attachment | None) -> Q:
        if action == "add":
            return Q()
        # Who may read follows from the run, which this app cannot see; only the uploader is known here.
        return Q(id=obj.uploaded_by_id) if obj is not None else Q(pk__in=())

    def may(self, actor: Membership, action: str, obj: Attachment | None = None) -> bool:
        if action == "add":
            return actor.is_active
        if obj is None or obj.organisation_id != actor.organisation_id:
            return False
        if obj.run_id is None:
            return obj.uploaded_by_id == actor.id
        return any(reader(actor, obj) for reader in _readers)


class SettingsPolicy(AdministrationPolicy):
    """What an organisation chooses about its forms: for tenant admins."""

    noun = "form_settings"


forms = FormPolicy()
attachments = AttachmentPolicy()
settings = SettingsPolicy()
