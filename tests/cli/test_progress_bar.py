"""Something long is told by a bar on a terminal, and by some twenty lines in a file, however many steps it has."""

from __future__ import annotations

import pytest

from server.cli.progress_bar import Bar
from server.cli.terminal import Terminal


@pytest.fixture
def terminal():
    return Terminal("en")


def told(capsys, terminal, steps):
    bar = Bar(terminal)
    for done in range(1, steps + 1):
        bar("rebuild.progress", done=done, whole=steps)
    bar("rebuild.figures")
    return capsys.readouterr().err


def test_a_file_gets_a_line_now_and_then(capsys, terminal):
    lines = told(capsys, terminal, 1000).splitlines()
    assert 20 <= len(lines) <= 22
    assert "1000" in lines[-2]


def test_a_terminal_gets_one_line_drawn_over_itself(capsys, terminal, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    said = told(capsys, terminal, 1000)
    assert said.count("\n") == 2
    assert said.count("\r") == 1000
    assert "█" * 30 + " 100 %" in said


def test_a_short_work_is_told_step_by_step(capsys, terminal):
    assert len(told(capsys, terminal, 3).splitlines()) == 4
