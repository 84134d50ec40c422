"""The command itself: help everywhere, exit codes, wrong settings all at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from server.cli.command import nepnha

ROOT = Path(__file__).parents[2]


def commands(group, path=()):
    asked = click.Context(group)
    for name in group.list_commands(asked):
        one = group.get_command(asked, name)
        yield (*path, name)
        if isinstance(one, click.Group):
            yield from commands(one, (*path, name))


@pytest.mark.parametrize("path", list(commands(nepnha)), ids=" ".join)
def test_every_command_explains_itself_in_both_languages(path):
    answer = CliRunner().invoke(nepnha, [*path, "--help"])
    assert answer.exit_code == 0
    assert " / " in answer.output or "\n\n" in answer.output


def test_the_commands_are_those_an_operator_is_told_of():
    assert {" ".join(one) for one in commands(nepnha)} >= {
        "setup", "project add", "project list", "form publish", "form check", "form print", "collaborator add",
        "collaborator revoke", "account add", "units load", "sample load", "rebuild", "jobs run", "doctor",
        "form evaluate", "register import", "register undo", "register template", "logic eval",
    }  # fmt: skip


@pytest.mark.parametrize(("name", "stands_for_it"), nepnha.commands.items(), ids=list(nepnha.commands))
def test_the_list_of_commands_says_what_the_command_itself_says(name, stands_for_it):
    itself = nepnha.get_command(click.Context(nepnha), name)
    assert (itself.name, itself.get_short_help_str(200)) == (name, stands_for_it.get_short_help_str(200))


def test_looking_for_help_imports_neither_a_command_nor_what_it_works_with():
    script = """
import sys
from server.cli.command import nepnha
nepnha(["--help"], standalone_mode=False)
heavy = {"sqlalchemy", "flask", "openpyxl", "server.cli.forms", "server.storage"}
print(*sorted(heavy & sys.modules.keys()), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == ""
    assert all(f"\n  {name} " in done.stdout for name in nepnha.commands)


def test_wrong_settings_are_all_told_in_both_languages_with_exit_code_2():
    wrong = {"NEPNHA_SECRET_KEY": "short", "NEPNHA_BIND": "x", "NEPNHA_COLOUR": "blue", "NEPNHA_DATABASE_URL": "y"}
    answer = CliRunner().invoke(nepnha, ["doctor"], env=wrong)
    assert answer.exit_code == 2
    lines = answer.stderr.splitlines()
    assert {line.split(":")[0] for line in lines} == wrong.keys()
    assert all(" / " in line for line in lines)


@pytest.mark.parametrize("arguments", [["no-such-command"], ["project", "add"], ["units", "load", "not-there.csv"]])
def test_wrong_use_is_exit_code_2(arguments):
    assert CliRunner().invoke(nepnha, arguments).exit_code == 2


def test_a_database_that_was_not_prepared_is_a_refusal_with_the_next_step(tmp_path):
    environment = {
        "NEPNHA_SECRET_KEY": "k7Qm2vX9pR4tY8wB1nD6sF3gH5jL0zAc",
        "NEPNHA_DATABASE_URL": f"sqlite:///{tmp_path / 'empty.db'}",
        "NEPNHA_MEDIA_URL": f"file:{tmp_path / 'media'}",
        "LC_ALL": "C.UTF-8",
    }
    answer = CliRunner().invoke(nepnha, ["project", "list"], env=environment)
    assert answer.exit_code == 1
    assert "nepnha setup" in answer.stderr


@pytest.mark.parametrize("number", [2**63, -(2**63)])
@pytest.mark.parametrize(
    "command",
    [
        ("figures", "undo"),
        ("figures", "lock", "show"),
        ("figures", "locks", "--year"),
        ("figures", "no-case", "withdraw"),
        ("register", "undo"),
        ("units", "boundaries-undo"),
    ],
    ids=" ".join,
)
def test_a_number_that_no_row_can_have_is_wrong_use(shell, command, number):
    given = (f"{command[-1]}={number}",) if command[-1].startswith("--") else (command[-1], "--", number)
    assert "is not a valid integer" in shell.run(*command[:-1], *given, code=2).stderr
