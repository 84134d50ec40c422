"""The command as an operator runs it, on an empty, migrated database of each kind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli.command import nepnha

FORMS = Path(__file__).parents[2] / "xlsforms"


class Shell:
    """Runs the command with an environment; `json` reads what it prints."""

    def __init__(self, environment):
        self.environment = {**environment, "LC_ALL": "C.UTF-8"}

    def run(self, *arguments, code=0, given=None):
        answer = CliRunner().invoke(nepnha, [str(one) for one in arguments], input=given, env=self.environment)
        assert answer.exit_code == code, (answer.output, answer.exception)
        return answer

    def says(self, *arguments, **expected):
        return self.run(*arguments, **expected).stdout

    def json(self, *arguments):
        return json.loads(self.run(*arguments, "--json").stdout)

    def checks(self):
        """Return the doctor's lines, well or not."""
        answer = CliRunner().invoke(nepnha, ["doctor", "--json"], env=self.environment)
        return json.loads(answer.stdout)


@pytest.fixture
def forms():
    """The folder of the project's forms."""
    return FORMS


@pytest.fixture
def sqlite_url(sqlite_template, tmp_path):
    """An empty, migrated SQLite database, for what does not differ by database."""
    path = tmp_path / "nepnha.db"
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def shell(environment):
    return Shell(environment)


@pytest.fixture
def units(shell):
    """Load the units that come with the server, by the command."""
    seed = Path(__file__).parents[2] / "server" / "territory" / "seed"
    for name in ("units.csv", "sample_villages.csv"):
        shell.run("units", "load", seed / name)


@pytest.fixture
def project(shell, units):
    """A main project and its practice twin: their numbers."""
    made = shell.json("project", "add", "Gia đình (mẫu)", "--practice")
    return [one["project_id"] for one in made]
