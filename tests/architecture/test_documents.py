"""What the documents say is so: settings, commands, decisions, and nothing of the machines it was written on."""

from __future__ import annotations

import re

import pytest

from server.settings import SETTINGS

# Joined here, so that this very file does not hold what it forbids.
FORBIDDEN = [
    "/".join(["", "work", ""]),
    "/".join(["", "root", r"\."]),
    "/".join(["", "home", "[a-z]"]),
    r"pypi\." + "org",
    "pythonhosted" + r"\.org",
    r"registry\." + "npmjs",
]
SECTIONS = ["Status", "Context", "Decision", "Consequences"]


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_every_setting_stands_in_the_readme(root, name):
    setting = SETTINGS[name]
    default = "*must be given*" if setting.default is None else f"`{setting.default}`"
    row = f"| `{setting.variable}` | {default} | {setting.meaning} |"
    assert row in (root / "README.md").read_text(encoding="utf-8").splitlines()


def test_the_readme_names_no_setting_that_is_not_one(root):
    named = set(re.findall(r"NEPNHA_[A-Z_]+[A-Z]", (root / "README.md").read_text(encoding="utf-8")))
    assert named <= {one.variable for one in SETTINGS.values()}


def test_every_script_named_in_the_documents_is_there(root):
    documents = [root / "README.md", root / "CONTRIBUTING.md"]
    named = {name for one in documents for name in re.findall(r"scripts/([a-z-]+)", one.read_text(encoding="utf-8"))}
    assert {name for name in named if not (root / "scripts" / name).exists()} == set()


def test_every_path_linked_in_the_documents_is_there(root):
    for document in ("README.md", "CONTRIBUTING.md"):
        text = (root / document).read_text(encoding="utf-8")
        links = [one for one in re.findall(r"\]\(([^)]+)\)", text) if "://" not in one]
        assert [one for one in links if not (root / one).exists()] == [], document


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_no_text_tells_of_a_machine_or_a_registry(texts, pattern):
    # Lists of licences of vendored files and the licence itself are others' words.
    found = [name for name, text in texts.items() if re.search(pattern, text)]
    assert found == []


def test_decisions_are_numbered_and_whole(root):
    records = sorted((root / "docs" / "decisions").glob("*.md"))
    assert [int(one.name[:4]) for one in records] == list(range(1, len(records) + 1))
    for record in records:
        text = record.read_text(encoding="utf-8")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS, record.name
        assert len(text.splitlines()) <= 60, record.name


def test_the_licence_is_apache_2(root):
    text = (root / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_pyproject_says_how_to_build_and_nothing_else(root):
    lines = (root / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "[build-system]"
    assert len(lines) == 3
