"""A picture, taken with the camera of a phone."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal

from pydantic import Field

from forms_builder.design import controls
from forms_builder.design.kinds import FieldKind, Group, PaletteItem, Setting, Tab, register
from forms_builder.design.settings import REQUIRED, named
from forms_builder.schema import component
from forms_builder.schema.fields import UploadField
from forms_builder.schema.standard import Upload

ENDINGS: Final = ("jpg", "jpeg", "png", "webp")
ACCEPT: Final = "image/jpeg,image/png,image/webp"


class PhotoField(UploadField):
    """Pictures; stored as the list of their ids. `camera` is the one that a phone begins with."""

    only_pictures: ClassVar[bool] = True
    type: Literal["photo"] = "photo"
    max_files: int = Field(default=1, ge=1, le=20)
    camera: Literal["environment", "user"] = "environment"

    @property
    def accepted(self) -> tuple[str, ...]:
        return ENDINGS


class Photo(Upload[PhotoField]):
    field = PhotoField
    shape = "a list of ids of attachments"
    read_template = "forms_builder/inputs/read_photo.html"

    def attributes(self, field: PhotoField) -> Mapping[str, Any]:
        return {"accept": ACCEPT, "capture": field.camera}


component.register(Photo())
register(
    FieldKind(
        "photo", "Photo", icon="camera", settings=named(
            Setting("camera", "Camera", controls.Select((("environment", "Of the back"), ("user", "Of the front")))),
            REQUIRED,
            Setting("max_files", "Most photos", controls.Whole(), Tab.VALIDATION),
            Setting("max_megabytes", "Megabytes of each", controls.Whole(), Tab.VALIDATION),
        ),
    ),
    PaletteItem(
        "photo", "Photo", icon="camera", group=Group.FILES, words="camera picture image capture phone", field={"type": "photo"}
    ),
)  # fmt: skip
