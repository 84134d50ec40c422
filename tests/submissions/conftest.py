"""Forms written as Markdown tables, and records of them validated."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from server.forms.convert import Converted, Converter, Source
from server.forms.lists import ChoiceList
from server.forms.sheets import SourceKind
from server.forms.xform import read_form
from server.submissions.rules import Compiled
from server.submissions.validation import Circumstances, validate

SETTINGS = """
| settings | | | |
| | form_title | form_id | version |
| | Sample | sample | 1 |
"""
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
RECEIVED = datetime(2025, 3, 10, 5, 0, tzinfo=UTC)
Found = list[tuple[str, str, str]]


@pytest.fixture(scope="session")
def form_converter() -> Iterator[Converter]:
    with Converter() as running:
        yield running


@pytest.fixture(scope="session")
def compiled(form_converter: Converter) -> Callable[[str], Compiled]:
    """Return the compiled form of a Markdown table; the same table is converted once."""
    kept: dict[str, Compiled] = {}

    def compile_form(table: str) -> Compiled:
        if table not in kept:
            outcome = form_converter.outcome(Source((table.rstrip() + SETTINGS).encode(), SourceKind.MARKDOWN))
            assert isinstance(outcome, Converted), outcome
            kept[table] = Compiled.of(read_form(outcome.xform))
        return kept[table]

    return compile_form


@pytest.fixture
def found(compiled: Callable[[str], Compiled]) -> Callable[..., Found]:
    """Return the findings of a record as (code, path, severity); the record is what stands inside ``<data>``."""

    def validated(table: str, answers: str, lists: dict[str, ChoiceList] | None = None) -> Found:
        circumstances = Circumstances(RECEIVED, ZONE, lists or {})
        record = etree.fromstring(f'<data id="sample" version="1">{answers}</data>')
        return [(one.code, one.path, one.severity.value) for one in validate(record, compiled(table), circumstances)]

    return validated
