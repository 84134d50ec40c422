"""Each script is short, stops at the first fault and explains itself."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = [*sorted(one for one in (ROOT / "scripts").iterdir() if one.is_file()), ROOT / ".ci" / "run"]
SHELL = [one for one in SCRIPTS if one.read_text(encoding="utf-8").startswith("#!/bin/bash")]


def named(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("script", SCRIPTS, ids=named)
def test_it_says_what_it_does_when_asked(script):
    runner = [] if script in SHELL else [sys.executable]
    answer = subprocess.run([*runner, script, "--help"], capture_output=True, text=True, check=False, timeout=60)
    assert answer.returncode == 0, answer.stderr
    assert len(answer.stdout) > 50


@pytest.mark.parametrize("script", SHELL, ids=named)
def test_a_shell_script_is_short_and_stops_at_the_first_fault(script):
    lines = script.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 120
    assert "set -euo pipefail" in lines[:4]
    assert lines[1].startswith("# ")


@pytest.mark.parametrize("script", SHELL, ids=named)
def test_a_shell_script_is_written_in_bash(script):
    subprocess.run(["bash", "-n", script], check=True)


def test_the_machine_runs_the_checks_and_the_tests_and_nothing_else():
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    steps = [line for line in text.splitlines() if line.startswith("scripts/")]
    assert steps == ["scripts/check", 'scripts/test "$@"']


def test_a_program_finds_its_libraries_by_itself(tmp_path):
    """On a bare machine only `.venv` has them; the system's own Python is what the first line asks for."""
    bare = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    script, own = tmp_path / "scripts" / "time-reading", tmp_path / ".venv" / "bin" / "python"
    for path in (script, own):
        path.parent.mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "time-reading", script)
    own.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    own.chmod(0o700)
    answer = subprocess.run([script, "--help"], capture_output=True, text=True, check=False, timeout=60, env=bare)
    assert answer.returncode == 0, answer.stderr


def asked_with(tmp_path, works, parts=()):
    """Run a copy of ``scripts/test`` as somebody who may install nothing, beside programs that all work but as said.

    Args:
        works: whether a program of the machine starts, by its name; all others do.
        parts: files beside the programs.
    """
    programs, scripts = tmp_path / "bin", tmp_path / "scripts"
    said = {"id": "echo 1000", "sudo": "exit 1", "javac": "echo javac 17.0.15"}
    said |= dict.fromkeys(("initdb", "chromium", "soffice"), "exit 0")
    said |= {name: "exit 0" if starts else "echo no such part >&2; exit 127" for name, starts in works.items()}
    for folder in (programs, scripts):
        folder.mkdir()
    for name, does in said.items():
        (programs / name).write_text(f"#!/bin/sh\n{does}\n")
        (programs / name).chmod(0o700)
    for part in parts:
        (programs / part).touch()
    shutil.copy(ROOT / "scripts" / "test", scripts / "test")
    (scripts / "prepare").write_text("#!/bin/sh\necho prepared >&2\nexit 3\n")
    (scripts / "prepare").chmod(0o700)
    bare = {"PATH": f"{programs}:/usr/bin:/bin", "LANG": "C.UTF-8"}
    return subprocess.run([scripts / "test"], capture_output=True, text=True, check=False, timeout=60, env=bare)


SHEETS = "libsclo.so"


def test_it_goes_on_where_all_it_needs_is_there(tmp_path):
    answer = asked_with(tmp_path, {}, [SHEETS])
    assert answer.stderr == "prepared\n"


@pytest.mark.parametrize(
    ("program", "package"),
    [("javac", "openjdk-17-jdk-headless"), ("chromium", "chromium"), ("soffice", "libreoffice-calc-nogui")],
)
def test_a_program_of_which_the_name_alone_is_left_is_missing(program, package, tmp_path):
    """Debian's ``soffice`` stays when the program behind it is removed: another package brings the name."""
    answer = asked_with(tmp_path, {program: False}, [SHEETS])
    assert answer.stderr == f"Tests need more programs: sudo apt-get install {package}\n"
    assert answer.returncode == 1


def test_an_office_without_sheets_is_missing(tmp_path):
    answer = asked_with(tmp_path, {})
    assert answer.stderr == "Tests need more programs: sudo apt-get install libreoffice-calc-nogui\n"
