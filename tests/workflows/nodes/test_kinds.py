"""Each kind by itself: what it answers, and what it refuses."""

import io
import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from pydantic import ValidationError

from tests.product import wait_for
from tests.workflows.nodes.bench import MONDAY, FakeTools, run, work
from workflows.nodes import child
from workflows.nodes.base import NodeFailure, Pause
from workflows.nodes.document import pdf_of
from workflows.nodes.egress import Answer
from workflows.nodes.openapi import DescriptionError, operation_of
from workflows.nodes.registry import KINDS

DESCRIPTION: dict[str, Any] = {
    "servers": [{"url": "https://api.example/v1"}],
    "paths": {
        "/rates/{day}": {
            "parameters": [{"$ref": "#/components/parameters/Day"}],
            "get": {"operationId": "rates", "parameters": [{"name": "base", "in": "query"}]},
        },
        "/pay": {
            "post": {"operationId": "pay", "requestBody": {"required": True, "content": {"application/json": {}}}}
        },
    },
    "components": {"parameters": {"Day": {"name": "day", "in": "path", "required": True}}},
}


@pytest.mark.parametrize(
    ("params", "until"),
    [
        ({"for": "90s"}, MONDAY + timedelta(seconds=90)),
        ({"business": "2d"}, MONDAY + timedelta(days=2)),
        ({"until": "{{ record.from }}"}, MONDAY.replace(month=10, day=5, hour=18, minute=30)),  # midnight in India
    ],
)
def test_a_delay_pauses_once_and_is_done_then(params: dict[str, str], until: Any) -> None:
    assert run("delay", params) == Pause(until, "waits for its time")
    assert run("delay", params, work(at=until, paused_until=until)).output == {"until": until.isoformat()}


def test_a_delay_says_one_of_three() -> None:
    for wrong in ({}, {"for": "1h", "until": "2025-10-01"}, {"for": "1y"}):
        with pytest.raises(ValidationError):
            KINDS["delay"].params.model_validate(wrong)
    with pytest.raises(NodeFailure, match="no date"):
        run("delay", {"until": "tomorrow"})


def test_fields_are_set_from_what_is_known() -> None:
    values = {
        "rate": "{{ context.rates.body.eur }}",
        "who": "By {{ requester.name }}",
        "second": "{{ context.rates.body.rows.1.n }}",
    }
    assert run("set_fields", {"values": values}).fields == {"rate": 0.5, "who": "By Asha", "second": "b"}
    with pytest.raises(NodeFailure, match="no value “context"):
        run("set_fields", {"values": {"rate": "{{ context.rates.body.usd }}"}})


def test_a_notice_is_text_for_people() -> None:
    answer = run("notify", {"to": ["owner"], "subject": "Total {{ record.total }}", "text": "No {{ record.note }}."})
    assert [(one.to, one.subject, one.text) for one in answer.messages] == [(("owner",), "Total 12.50 INR", "No .")]


def called(params: dict[str, Any], answer: Answer) -> tuple[Any, Any]:
    tools = FakeTools(answers=lambda call: answer)
    return run("call", params, work(tools)), tools.calls[0]


def test_a_call_sends_what_it_was_told_and_its_key() -> None:
    params = {
        "method": "POST", "url": "https://api.example/x", "query": {"n": "{{ run.number }}"},
        "headers": {"Authorization": "Bearer {{ secret.bank }}"}, "body": {"days": "{{ record.days }}"},
    }  # fmt: skip
    answer, call = called(params, Answer(201, {"content-type": "application/json"}, b'{"id": 4}'))
    assert answer.output == {"status": 201, "body": {"id": 4}}
    assert (call.method, call.url, json.loads(call.body)) == ("POST", "https://api.example/x?n=7", {"days": 3})
    assert call.headers["Authorization"] == "Bearer {{ secret.bank }}"  # filled in on the wire only
    assert call.headers["Idempotency-Key"] == str(work().key)


@pytest.mark.parametrize(("status", "again"), [(400, False), (404, False), (409, False), (429, True), (503, True)])
def test_an_answer_that_is_no_success(status: int, again: bool) -> None:
    with pytest.raises(NodeFailure, match=str(status)) as failure:
        called({"url": "https://api.example/"}, Answer(status, {}, b"no\0pe"))
    assert failure.value.again is again
    assert called({"url": "https://api.example/", "ok": [status]}, Answer(status, {}, b"")) is not None


def test_an_operation_of_a_description() -> None:
    described = {
        "document": DESCRIPTION,
        "operation": "rates",
        "arguments": {"day": "a/b", "base": "{{ requester.name }}"},
    }
    _, call = called({"openapi": described}, Answer(200, {}, b""))
    assert (call.method, call.url) == ("GET", "https://api.example/v1/rates/a%2Fb?base=Asha")
    rates = operation_of(DESCRIPTION, "rates")
    assert list(rates.problems({"wrong": 1}, {})) == [
        "The argument day is missing.", "The operation has no argument wrong.", "The operation takes no body.",
    ]  # fmt: skip
    assert list(operation_of(DESCRIPTION, "pay").problems({}, None)) == ["The operation needs a body."]
    with pytest.raises(DescriptionError):
        operation_of(DESCRIPTION, "missing")


def test_a_language_model_answers() -> None:
    said = {"choices": [{"message": {"content": '{"risk": "low"}'}, "finish_reason": "stop"}]}
    tools = FakeTools(answers=lambda call: Answer(200, {"content-type": "application/json"}, json.dumps(said).encode()))
    params = {
        "endpoint": "https://llm.example/v1",
        "model": "m",
        "prompt": "Is {{ requester.name }} early?",
        "schema": {},
    }
    answer = run("llm", params, work(tools))
    assert answer.output["answer"] == {"risk": "low"}
    assert json.loads(tools.calls[0].body)["messages"] == [{"role": "user", "content": "Is Asha early?"}]
    assert KINDS["llm"].setting
    assert KINDS["query"].setting


def test_waiting_for_another_system() -> None:
    assert run("wait", {}) == Pause(None, "waits for another system")
    assert run("wait", {"within": "2h"}).until == MONDAY + timedelta(hours=2)
    assert run("wait", {"within": "2h"}, work(FakeTools(came={"paid": True}))).output == {"paid": True}
    with pytest.raises(NodeFailure) as failure:
        run("wait", {"within": "2h"}, work(paused_until=MONDAY))
    assert failure.value.late


def test_a_document_is_made_and_read_again() -> None:
    answer = run(
        "document",
        {
            "title": "Letter",
            "file": "letter",
            "body": "# Hello\n- {{ requester.name }}",
            "rows": {"Days": "{{ record.days }}"},
        },
    )
    (made,) = answer.artifacts
    assert made.name == "letter.pdf"
    tools = FakeTools(files={"scan": (made.name, made.content)})
    read = run("pdf", {"file": "scan", "tables": True}, work(tools)).output
    assert "Asha" in read["text"]
    assert read["tables"] == [[["Days", "3"]]]


@pytest.mark.parametrize("why", ["word " * 2_000, "line\n" * 100, "w" * 5_000], ids=["words", "lines", "one word"])
def test_a_long_answer_goes_over_several_pages(why: str) -> None:
    params = {"title": "Claim", "rows": {"Why": "{{ record.why }}", "End": "yes"}}
    (made,) = run("document", params, work(values={"record": {"why": why}})).artifacts
    read = run("pdf", {"file": "scan"}, work(FakeTools(files={"scan": (made.name, made.content)}))).output
    assert read["pages"] > 1
    text = read["text"].replace("\n", "").replace(" ", "").removeprefix("Claim")
    assert sorted(text) == sorted("Why" + "Endyes" + why.replace("\n", "").replace(" ", ""))


def test_answers_of_several_parts_can_be_read_in_a_document() -> None:
    record = {
        "place": {"latitude": "12.97", "longitude": "77.59", "accuracy": None},
        "days": {"from": "2025-10-06", "to": "2025-10-08"},
        "signed": {
            "name": "Asha Verma",
            "strokes": [[1, 2, 3, 4]],
            "by": "x",
            "by_name": "Asha",
            "at": "2025-09-29T14:30",
        },
        "total": {"amount": "625.00", "currency": "INR"},
        "went": 4,
    }
    rows = {name: f"{{{{ record.{name} }}}}" for name in record}
    (made,) = run("document", {"title": "Visit", "rows": rows}, work(values={"record": record})).artifacts
    tools = FakeTools(files={"scan": (made.name, made.content)})
    assert run("pdf", {"file": "scan", "tables": True}, work(tools)).output["tables"] == [
        [
            ["place", "12.97, 77.59"],
            ["days", "2025-10-06 to 2025-10-08"],
            ["signed", "Asha Verma, 2025-09-29"],
            ["total", "625.00 INR"],
            ["went", "4"],
        ]
    ]


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\nnothing", b"GIF89a", b"<html>"])
def test_a_file_that_is_no_pdf(content: bytes) -> None:
    with pytest.raises(NodeFailure) as failure:
        run("pdf", {"file": "scan"}, work(FakeTools(files={"scan": ("x.pdf", content)})))
    assert not failure.value.again


def test_reading_pictures() -> None:
    at_work = work(FakeTools(files={"scan": ("x.pdf", pdf_of("Hello", "world", []))}))
    if not shutil.which("tesseract"):
        with pytest.raises(NodeFailure, match="tesseract, which this server does not have"):
            run("ocr", {"file": "scan"}, at_work)
        return
    assert "Hello" in run("ocr", {"file": "scan"}, at_work).output["text"]
    with pytest.raises(NodeFailure, match="no data for xyz on this server"):
        run("ocr", {"file": "scan", "languages": "eng+xyz"}, at_work)
    for content in (photo(), transparent()):
        found = run("ocr", {"file": "scan"}, work(FakeTools(files={"scan": ("x", content)}))).output
        assert "Invoice 2026" in found["text"]


def written(mode: str, paper: Any) -> Image.Image:
    picture = Image.new(mode, (700, 300), paper)
    ImageDraw.Draw(picture).text((60, 100), "Invoice 2026", fill=(0, 0, 0, 255)[: len(mode)], font_size=60)
    return picture


def photo() -> bytes:
    """As telephones keep it: on its side, with a note which way is up."""
    picture, buffer = written("RGB", "white"), io.BytesIO()
    notes = picture.getexif()
    notes[0x0112] = 6
    picture.rotate(90, expand=True).save(buffer, "JPEG", exif=notes)
    return buffer.getvalue()


def transparent() -> bytes:
    buffer = io.BytesIO()
    written("RGBA", (0, 0, 0, 0)).save(buffer, "PNG")
    return buffer.getvalue()


def test_what_takes_too_long_is_ended_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also the program that reads pictures, and the picture that was put down for it."""
    program = tmp_path / "tesseract"
    slow = f'echo "$$ $1" > {tmp_path}/begun; exec sleep 60'
    program.write_text(f'#!/bin/sh\n[ "$1" = --list-langs ] && printf "langs:\\neng\\n" && exit\n{slow}\n')
    program.chmod(0o755)
    monkeypatch.setattr(child, "PATH", f"{tmp_path}:{child.PATH}")
    picture = io.BytesIO()
    Image.new("L", (20, 20)).save(picture, "PNG")
    with pytest.raises(NodeFailure, match="too long"):
        child.parsed("ocr", picture.getvalue(), {"languages": "eng", "pages": 1}, 6)
    pid, path = (tmp_path / "begun").read_text().split()
    assert not Path(path).exists()

    def has_ended() -> bool:
        try:
            return not Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return True

    # Killed is not yet gone: the processor has to come by.
    wait_for(has_ended, "the end of the program", 20)
