"""What commands say, and what they leave alone, where nothing runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.product import ROOT, command, outside


def test_without_a_run_there_is_nothing_to_manage(tmp_path: Path) -> None:
    refused = command("manage", "audit_verify", data_dir=tmp_path / "nothing")
    assert refused.returncode == 1
    assert refused.stderr == f"\nNothing runs from {tmp_path / 'nothing'}. Start it first: make run\n"
    assert not (tmp_path / "nothing").exists()


def test_a_directory_that_is_none_of_ours_is_not_cleaned(tmp_path: Path) -> None:
    (tmp_path / "thesis").touch()
    assert "Nothing was deleted" in command("clean", data_dir=tmp_path).stderr
    assert [one.name for one in tmp_path.iterdir()] == ["thesis"]
    (tmp_path / "run.lock").touch()
    assert command("clean", data_dir=tmp_path).returncode == 0
    assert not tmp_path.exists()


def test_a_place_that_can_hold_no_data_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = command("run", data_dir=tmp_path / "file")
    assert refused.returncode == 1
    assert refused.stderr == f"\n{tmp_path / 'file'} cannot hold the data: Not a directory. Set COUNTERSIGN_DATA_DIR.\n"


def test_a_lock_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    """As on a disk that has become read-only: what the run before has made is there."""
    (tmp_path / "run.lock").mkdir()
    refused = command("run", data_dir=tmp_path)
    assert refused.returncode == 1
    assert refused.stderr == f"\n{tmp_path} cannot hold the data: Is a directory. Set COUNTERSIGN_DATA_DIR.\n"


def test_a_missing_setting_is_a_sentence(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "manage.py", "audit_verify"],
        cwd=ROOT,
        env=outside(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stderr) == (1, "Environment variable SECRET_KEY is not set; see .env.example\n")


def test_output_that_nobody_reads_ends_the_command() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run(
        [sys.executable, "manage.py", "help"], cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (141, "")


def test_a_relay_that_would_plan_nothing_is_refused() -> None:
    with pytest.raises(CommandError, match="at least one event"):
        call_command("relay", "--batch", "0")
