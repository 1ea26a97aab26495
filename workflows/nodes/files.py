"""Read what is in files of the request: text and tables of a PDF, words of a picture."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StringConstraints

from forms_builder.schema.parts import FieldName, Part
from workflows.nodes.base import Done, NodeKind, Work
from workflows.nodes.child import parsed

Languages = Annotated[str, StringConstraints(pattern=r"^[a-z]{3}(_[a-z]{3,4})?(\+[a-z]{3}(_[a-z]{3,4})?){0,4}$")]


class PdfParams(Part):
    """`file` is a file field of the form; its newest file is read."""

    file: FieldName
    tables: bool = False
    pages: int = Field(default=20, ge=1, le=200)


class PdfKind(NodeKind[PdfParams]):
    kind = "pdf"
    label = "Read a PDF"
    params = PdfParams

    def files(self, params: PdfParams) -> Iterator[tuple[str, str]]:
        yield "file", params.file

    def run(self, params: PdfParams, work: Work) -> Done:
        name, content = work.tools.file(params.file)
        options = {"tables": params.tables, "pages": params.pages}
        return Done({"name": name, **parsed("pdf", content, options, work.timeout)})


class OcrParams(Part):
    """`languages` as tesseract names them: "eng", "deu+eng"."""

    file: FieldName
    languages: Languages = "eng"
    pages: int = Field(default=5, ge=1, le=20)


class OcrKind(NodeKind[OcrParams]):
    kind = "ocr"
    label = "Read a picture"
    params = OcrParams

    def files(self, params: OcrParams) -> Iterator[tuple[str, str]]:
        yield "file", params.file

    def run(self, params: OcrParams, work: Work) -> Done:
        name, content = work.tools.file(params.file)
        options = {"languages": params.languages, "pages": params.pages}
        return Done({"name": name, **parsed("ocr", content, options, work.timeout)})
