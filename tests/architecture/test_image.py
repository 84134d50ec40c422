"""The image is built in stages, runs as nobody special, writes one folder, and installs as everybody else does."""

from __future__ import annotations

import json
import re
import shlex

import pytest


@pytest.fixture(scope="module")
def instructions(root):
    """The Dockerfile as (instruction, argument) pairs, continued lines joined, stages kept in order."""
    text = re.sub(r"\\\n", " ", (root / "Dockerfile").read_text(encoding="utf-8"))
    lines = [one for one in text.splitlines() if one.strip() and not one.startswith("#")]
    return [tuple(one.split(maxsplit=1)) for one in lines]


def arguments(instructions, name):
    return [argument for instruction, argument in instructions if instruction == name]


def test_there_are_two_stages_and_the_last_one_builds_nothing(instructions):
    stages = arguments(instructions, "FROM")
    assert len(stages) == 2
    last = instructions[instructions.index(("FROM", stages[1])) :]
    assert not any("pip" in argument for argument in arguments(last, "RUN"))


def test_the_server_does_not_run_as_root(instructions):
    users = arguments(instructions, "USER")
    assert len(users) == 1
    assert int(users[0]) > 0
    assert instructions.index(("USER", users[0])) < [name for name, _ in instructions].index("CMD")


def test_there_is_a_health_check_that_asks_the_server(instructions):
    (check,) = arguments(instructions, "HEALTHCHECK")
    command = json.loads(check[check.index("CMD") + 4 :])
    assert command[0] == "python3"
    compile(command[2], "health check", "exec")
    assert "/healthz" in command[2]


def test_only_the_data_folder_is_written(instructions):
    assert arguments(instructions, "VOLUME") == ["/var/lib/nepnha"]
    settings = dict(one.split("=", 1) for line in arguments(instructions, "ENV") for one in shlex.split(line))
    assert settings["TMPDIR"] == "/var/lib/nepnha"
    assert settings["NEPNHA_DATABASE_URL"].startswith("sqlite:////var/lib/nepnha/")
    assert settings["NEPNHA_MEDIA_URL"].startswith("file:/var/lib/nepnha/")


def test_it_installs_by_the_commands_the_readme_names(instructions, root):
    readme = (root / "README.md").read_text(encoding="utf-8")
    installs = [one for one in arguments(instructions, "RUN") if one.startswith("pip install")]
    assert len(installs) == 2
    assert all(one in readme for one in installs)


def test_everything_it_copies_is_there(instructions, root):
    copied = [shlex.split(one) for one in arguments(instructions, "COPY")]
    sources = [name for words in copied if not words[0].startswith("--from") for name in words[:-1]]
    assert sources
    assert [name for name in sources if not (root / name).exists()] == []


def test_it_starts_what_the_readme_starts(instructions, root):
    (command,) = arguments(instructions, "CMD")
    assert " ".join(json.loads(command)) in (root / "README.md").read_text(encoding="utf-8")
