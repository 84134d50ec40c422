"""The visits to a household over the years: what the records that told of it answered, ready to stand side by side.

A visit is a record whose form writes the year or the result of a visit back to the list. What the reader may not see is
left out; two visits of one year both stand, and say so.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.forms.xml_reader import first_child, read_xml
from server.registers.households import LAST_SURVEY_YEAR, VISIT_ANSWERS, VISIT_RESULT
from server.registers.properties import by_name
from server.submissions.answers import several
from server.submissions.choice_labels import ChoiceLabels
from server.submissions.review import ReviewState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lxml.etree import _Element

    from server.forms.definition import Node, Text
    from server.operations.form_shelf import ShelvedForm
    from server.operations.services import Services
    from server.storage.repositories.entity_history import VisitLine
    from server.storage.repositories.register import EntityLine
    from server.storage.unit_of_work import UnitOfWork

MOST_VISITS: Final = 30
_WRITTEN_BACK: Final = frozenset({LAST_SURVEY_YEAR, VISIT_RESULT})
_YEAR_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class VisitAnswer:
    """One answer: the question's label, which may be no text, what was answered, and what its choices are called."""

    label: Text
    text: str
    chosen: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit; *is_one_of_several*: another record that counts or may yet count is of the same year."""

    line: VisitLine
    year: int
    answers: Mapping[str, VisitAnswer]
    """By the name of the question; only those of `VISIT_ANSWERS` that were answered."""
    is_one_of_several: bool


def visits_of(services: Services, uow: UnitOfWork, line: EntityLine, keys: Iterable[int]) -> tuple[Visit, ...]:
    """Return the visits to an entity and those merged into it, by *keys*, that are in sight: the latest year first."""
    found = [_visit(services, line.list_name, one) for one in uow.entity_history.visits(keys, most=MOST_VISITS)]
    visits = [one for one in found if one is not None]
    years = Counter(one.year for one in visits if one.line.state is not ReviewState.REJECTED)
    told = (Visit(one.line, one.year, one.answers, is_one_of_several=years[one.year] > 1) for one in visits)
    return tuple(sorted(told, key=lambda one: (-one.year, -one.line.received_at.timestamp())))


def _visit(services: Services, list_name: str, line: VisitLine) -> Visit | None:
    form = services.shelf.version_by_id(line.form_version_id)
    saved = {
        name: path
        for block in form.entity_blocks
        if block.dataset == list_name
        for path, name in block.save_tos.items()
        if name in _WRITTEN_BACK
    }
    if not saved:
        return None
    record = read_xml(line.xml)
    nodes = by_name(form.definition)
    year = _year(record, saved.get(LAST_SURVEY_YEAR, ""), nodes, line)
    answers = {name: _answer(form, nodes[name], record) for name in VISIT_ANSWERS if name in nodes}
    return Visit(line, year, {name: one for name, one in answers.items() if one.text}, is_one_of_several=False)


def _year(record: _Element, saved: str, nodes: Mapping[str, Node], line: VisitLine) -> int:
    """Return the year the visit is for: as saved, else as worked out, else that of its day."""
    worked_out = nodes["survey_year"].path if "survey_year" in nodes else ""
    for path in (saved, worked_out):
        text = _text_at(record, path)
        if len(text) == _YEAR_DIGITS and text.isascii() and text.isdigit():
            return int(text)
    return line.event_date.year if line.event_date else line.received_at.year


def _answer(form: ShelvedForm, node: Node, record: _Element) -> VisitAnswer:
    text = _text_at(record, node.path)
    labels = ChoiceLabels(form.definition, form.lists, lambda _instance, _value: None)
    has_choices = node.control.choices or node.control.itemset
    chosen = tuple(labels.label(node, one, record) for one in several(text)) if has_choices else ()
    return VisitAnswer(node.label, text, chosen)


def _text_at(record: _Element, path: str) -> str:
    """Return the text at a path without repeats, empty where the device left it out."""
    node: _Element | None = record
    for name in path.strip("/").split("/")[1:]:
        node = None if node is None else first_child(node, name)
    return "" if node is None or not path else (node.text or "").strip()
