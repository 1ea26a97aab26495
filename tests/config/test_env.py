"""The environment readers: typed values, and an error that names the variable."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from config.env import Environment, ImproperEnvironment, load_file


def reading(**variables: str) -> Environment:
    return Environment(variables)


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("Yes", True), ("off", False), ("FALSE", False)])
def test_flag_reads_the_usual_words(value: str, expected: bool) -> None:
    assert reading(X=value).flag("X") is expected


def test_flag_refuses_other_words_by_name() -> None:
    with pytest.raises(ImproperEnvironment, match="DEBUG is 'maybe'"):
        reading(DEBUG="maybe").flag("DEBUG")


def test_missing_variable_is_named() -> None:
    with pytest.raises(ImproperEnvironment, match="DATABASE_URL is not set"):
        reading().text("DATABASE_URL")


def test_empty_means_not_set() -> None:
    environment = reading(X="  ")
    assert environment.text("X", "default") == "default"
    assert environment.integer("X", 3) == 3
    assert environment.items("X", ("a",)) == ["a"]


def test_integer_checks_its_span() -> None:
    assert reading(PORT="8001").integer("PORT", low=1, high=65535) == 8001
    with pytest.raises(ImproperEnvironment, match="expected 1 to 65535"):
        reading(PORT="70000").integer("PORT", low=1, high=65535)
    with pytest.raises(ImproperEnvironment, match="whole number"):
        reading(PORT="http").integer("PORT")


def test_items_drops_blanks() -> None:
    assert reading(HOSTS=" a.example, ,b.example ").items("HOSTS") == ["a.example", "b.example"]


def test_secret_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("s3cret\n")
    assert reading(KEY_FILE=str(file)).secret("KEY") == "s3cret"


def test_secret_refuses_two_sources_a_missing_and_an_empty_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("")
    with pytest.raises(ImproperEnvironment, match="both set"):
        reading(KEY="a", KEY_FILE=str(file)).secret("KEY")
    with pytest.raises(ImproperEnvironment, match="KEY_FILE names an empty file"):
        reading(KEY_FILE=str(file)).secret("KEY")
    with pytest.raises(ImproperEnvironment, match="cannot be read"):
        reading(KEY_FILE=str(tmp_path / "none")).secret("KEY")


def test_url_error_does_not_show_the_password() -> None:
    with pytest.raises(ImproperEnvironment) as caught:
        reading(DATABASE_URL="mysql://root:hunter2@db/x").database("DATABASE_URL")
    assert "hunter2" not in str(caught.value)
    assert "postgresql://" in str(caught.value)


def test_database_over_tcp() -> None:
    url = "postgresql://app:p%40ss@db.example:5433/countersign?sslmode=require"
    assert reading(DATABASE_URL=url).database("DATABASE_URL") == {
        "NAME": "countersign",
        "USER": "app",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


def test_database_over_a_unix_socket() -> None:
    read = reading(D="postgresql://app@/countersign?host=%2Frun%2Fcs").database("D")
    assert (read["HOST"], read["PORT"], read["NAME"], read["OPTIONS"]) == ("/run/cs", "", "countersign", {})


def test_database_needs_a_name() -> None:
    with pytest.raises(ImproperEnvironment, match="names no database"):
        reading(D="postgresql://app@db").database("D")


def test_env_file_fills_gaps_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"
    file.write_text("# comment\nexport CS_A='from file'\nCS_B=from file\n")
    monkeypatch.setenv("CS_B", "from process")
    monkeypatch.setenv("CS_A", "")
    monkeypatch.delenv("CS_A")
    load_file(file)
    assert (os.environ["CS_A"], os.environ["CS_B"]) == ("from file", "from process")
    load_file(tmp_path / "none")


def test_env_file_with_nonsense_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("\nnonsense\n")
    with pytest.raises(ImproperEnvironment, match="line 2"):
        load_file(file)


def test_every_variable_that_is_read_is_documented_and_the_other_way_round() -> None:
    root = Path(__file__).resolve().parents[2]
    sources = [root / "config/settings/base.py", *(root / "config/embedded").glob("*.py")]
    code = "\n".join(source.read_text() for source in sources)
    readers = r"(?:env\.(?:text|flag|integer|items|path|secret|url|database)|_database|_pairs|_given)"
    read = set(re.findall(readers + r"\(\s*(?:env, )?\"([A-Z0-9_]+)\"", code))
    read |= set(re.findall(r"\$\{?([A-Z][A-Z0-9_]+)", (root / "deploy/entrypoint").read_text()))
    documented = set(re.findall(r"^# ([A-Z0-9_]+)=", (root / ".env.example").read_text(), re.MULTILINE))
    assert read == documented
