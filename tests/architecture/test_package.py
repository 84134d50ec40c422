"""What is installed is whole: the wheel carries messages, seed, migrations and pages, and its command starts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from zipfile import ZipFile

import pytest

PARTS = ["server", "setup.cfg", "pyproject.toml", "README.md", "LICENSE"]


@pytest.fixture(scope="module")
def wheel(root, tmp_path_factory):
    """The wheel, built as the image builds it: without isolation and without looking anything up."""
    folder = tmp_path_factory.mktemp("wheel")
    for part in PARTS:
        source = root / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / part)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*build, "--wheel-dir", str(folder), "."], cwd=folder, check=True, capture_output=True)
    return next(folder.glob("nepnha-*.whl"))


@pytest.mark.parametrize(
    ("folder", "pattern"),
    [
        ("server", "**/*.py"),
        ("server/language/messages", "**/*.po"),
        ("server/territory/seed", "*"),
        ("server/storage/migrations", "**/*.*"),
        ("server/web/console/templates", "**/*.*"),
        ("server/web/console/static", "**/*.*"),
    ],
)
def test_the_wheel_holds_every_file_of(root, wheel, folder, pattern):
    wanted = {
        one.relative_to(root).as_posix()
        for one in (root / folder).glob(pattern)
        if one.is_file() and "__pycache__" not in one.parts
    }
    assert wanted
    assert wanted - set(ZipFile(wheel).namelist()) == set()


def test_the_installed_command_starts(wheel, tmp_path):
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(site)]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(site)}
    program = "import server.cli, sys; sys.argv = ['nepnha', '--help']; print(server.__file__); server.cli.main()"
    run = [sys.executable, "-c", program]
    answer = subprocess.run(run, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True).stdout
    assert answer.startswith(str(site))
    assert "doctor" in answer
