"""Every dependency stands at one version with its hashes, the same for running and for developing."""

from __future__ import annotations

import configparser
import re

import pytest

PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[a-z,]+\])?==(\S+)( ;.*)? \\$")


def pins(path):
    """Return name and versions of each pin (several where the platform decides); every one must carry a hash."""
    found = {}
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if line.startswith(("#", "    --hash=sha256:")):
            continue
        match = PIN.match(line)
        assert match, line
        assert lines[number + 1].startswith("    --hash=sha256:"), line
        found.setdefault(match[1], set()).add(match[2])
    return found


def wanted(root, *extras):
    config = configparser.ConfigParser()
    config.read(root / "setup.cfg", encoding="utf-8")
    lines = config["options"]["install_requires"].split("\n")
    lines += [line for extra in extras for line in config["options.extras_require"][extra].split("\n")]
    return {re.split(r"[\[<>=;]", line)[0].strip().lower() for line in lines if line.strip()}


@pytest.mark.parametrize(
    ("file", "extras"),
    [("constraints.txt", ("postgres", "s3", "build")), ("constraints-dev.txt", ("postgres", "s3", "build", "dev"))],
)
def test_everything_setup_cfg_wants_is_pinned(root, file, extras):
    assert wanted(root, *extras) <= pins(root / file).keys()


def test_development_runs_on_the_versions_that_serve(root):
    serving, developing = pins(root / "constraints.txt"), pins(root / "constraints-dev.txt")
    assert {name: versions for name, versions in serving.items() if developing.get(name) != versions} == {}
