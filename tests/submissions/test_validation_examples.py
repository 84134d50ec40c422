"""The example records beside the project's own forms have the findings written beside them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from server.forms.entities import entity_list_files
from server.forms.lists import read_csv
from server.forms.xform import read_form
from server.submissions.awaited_files import awaited_files
from server.submissions.instance import binary_names, name_key, read_instance
from server.submissions.rules import Compiled
from server.submissions.validation import Circumstances, validate

if TYPE_CHECKING:
    from collections.abc import Callable

FORMS = Path(__file__).parents[2] / "xlsforms"
EXAMPLES = sorted(FORMS.glob("*/examples/*.xml"))


@cache
def compiled(folder: Path) -> Compiled:
    return Compiled.of(read_form((folder / "form.xml").read_bytes()))


def circumstances(folder: Path) -> Circumstances:
    lists = {path.stem: read_csv(path.stem, path.read_bytes()) for path in (folder / "media").glob("*.csv")}
    return Circumstances(datetime(2026, 11, 24, tzinfo=UTC), ZoneInfo("Asia/Ho_Chi_Minh"), lists)


def server_circumstances(folder: Path) -> Circumstances:
    """Return what the server knows: the lists it publishes, none of those kept as entities."""
    whole = circumstances(folder)
    kept = {filename.removesuffix(".csv") for filename in entity_list_files(compiled(folder).definition)}
    published = {name: rows for name, rows in whole.lists.items() if name not in kept}
    return Circumstances(whole.received_at, whole.timezone, published)


def files(folder: Path) -> frozenset[str]:
    return frozenset(name_key(path.name) for path in (folder / "examples").iterdir())


@pytest.mark.parametrize("known", [circumstances, server_circumstances], ids=["every list known", "as on the server"])
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_example_has_the_findings_written_beside_it(path: Path, known: Callable[[Path], Circumstances]) -> None:
    folder = path.parents[1]
    root = read_instance(path.read_bytes()).root
    named = binary_names(root, compiled(folder).definition)
    found = (*validate(root, compiled(folder), known(folder)), *awaited_files(named, files(folder)))
    expected = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))["findings"]
    assert sorted((one.path, one.code, one.severity.value) for one in found) == sorted(
        (one["path"], one["code"], one["severity"]) for one in expected
    )


@pytest.mark.parametrize("form", sorted(FORMS.glob("*/form.xml")), ids=lambda path: path.parent.name)
def test_every_rule_of_the_form_compiles_and_none_goes_in_circles(form: Path) -> None:
    ready = compiled(form.parent)
    rules = [(one.relevant, one.calculate, one.required, one.constraint) for one in ready.rules.values()]
    assert [rule.fault for group in rules for rule in group if rule is not None and rule.fault] == []
    assert ready.cycles == ()
