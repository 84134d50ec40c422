"""The command as an operator runs it, on an empty, migrated database of each kind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli.command import nepnha
from tests.server_parts import environment_of

FORMS = Path(__file__).parents[2] / "xlsforms"


class Shell:
    """Runs the command with an environment; `json` reads what it prints."""

    def __init__(self, environment):
        self.environment = {**environment, "LC_ALL": "C.UTF-8"}

    @classmethod
    def over(cls, services):
        """Return a shell on the database and the media of *services*, for what is built once and copied."""
        return cls(environment_of(services.settings.database_url, services.settings.media_url.removeprefix("file:")))

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
def shell(environment):
    return Shell(environment)


def with_units(services):
    """Load the units that come with the server, by the command."""
    seed = Path(__file__).parents[2] / "server" / "territory" / "seed"
    for name in ("units.csv", "sample_villages.csv"):
        Shell.over(services).run("units", "load", seed / name)


def with_project(services):
    """Make a main project and its practice twin as well, by the command, and return their numbers."""
    with_units(services)
    made = Shell.over(services).json("project", "add", "Gia đình (mẫu)", "--practice")
    return [one["project_id"] for one in made]


@pytest.fixture
def beginning(request):
    """What the test asks for by name; otherwise an empty database."""
    asked = {"units": with_units, "project": with_project}
    return next((made for name, made in asked.items() if name in request.fixturenames), ())


@pytest.fixture
def units(begun):
    return begun


@pytest.fixture
def project(begun):
    return begun
