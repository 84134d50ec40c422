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
