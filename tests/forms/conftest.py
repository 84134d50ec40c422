"""Forms written as Markdown tables, converted by one child process for the whole run."""

from collections.abc import Callable, Iterator

import pytest

from server.forms.convert import Converted, Converter, Refused, Source
from server.forms.definition import FormDefinition
from server.forms.faults import Fault
from server.forms.sheets import SourceKind
from server.forms.xform import read_form

SETTINGS = """
| settings | | | |
| | form_title | form_id | version | default_language |
| | Phiếu mẫu | sample | 2025010101 | Tiếng Việt (vi) |
"""


@pytest.fixture(scope="session")
def converter() -> Iterator[Converter]:
    with Converter() as running:
        yield running


@pytest.fixture(scope="session")
def converted(converter: Converter) -> Callable[[str], Converted]:
    """Convert Markdown tables; settings are added when there are none."""

    def convert(table: str) -> Converted:
        whole = table if "| settings" in table else table.rstrip() + SETTINGS
        outcome = converter.outcome(Source(whole.encode(), SourceKind.MARKDOWN))
        assert isinstance(outcome, Converted), outcome
        return outcome

    return convert


@pytest.fixture(scope="session")
def form(converted: Callable[[str], Converted]) -> Callable[[str], FormDefinition]:
    """Convert and read a form written as Markdown tables."""
    return lambda table: read_form(converted(table).xform)


@pytest.fixture(scope="session")
def refused(converter: Converter) -> Callable[..., tuple[Fault, ...]]:
    """Return the faults of a source that must not become a form."""

    def refuse(content: str | bytes, kind: SourceKind = SourceKind.MARKDOWN) -> tuple[Fault, ...]:
        source = content.encode() if isinstance(content, str) else content
        outcome = converter.outcome(Source(source, kind))
        assert isinstance(outcome, Refused), outcome
        return outcome.faults

    return refuse
