"""What the answers of one record add to the measures of its form.

A pure function of the record's tree and the measures: no clock, no database. Each element a measure counts gives one
row for the total (category empty) and one for every question it is broken down by (``question=value``, with an empty
value where there is no answer, so that the categories of a question add up to the total). A measure that joins a pool
gives one row more, for the pool, which has no categories: forms are broken down by different questions.
A measure that cannot be read off a record is a finding and adds nothing; the other measures are not touched by it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

from server.errors import InvalidInput
from server.forms.logic.tree import InstanceNode
from server.forms.logic.values import to_boolean, to_number, to_text
from server.indicators.contribution import MOST_THOUSANDTHS, TOTAL, Contribution
from server.submissions.findings import Finding, Severity, finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from server.forms.logic import Context, Expression
    from server.forms.logic.values import Scalar
    from server.indicators.measures import Measure
    from server.territory.collection import Territory
    from server.territory.units import UnitId

_Sources: TypeAlias = "tuple[Expression | None, Expression | None, Expression | None]"
"""What says the day, the place and the subject."""

_LONGEST_SUBJECT = 255
_LONGEST_CATEGORY = 200


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What the record itself says where a measure does not.

    *unit_id* is the lowest unit known, None if none is. Codes of places are read in *territory* as of the first of
    *place_days* that knows them: a code means what it meant on the phone's list, whatever day the measure counts for.
    """

    instance_id: str
    event_date: date
    unit_id: UnitId | None
    territory: Territory
    place_days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Contributed:
    """All that one version adds, and what could not be read."""

    contributions: tuple[Contribution, ...]
    findings: tuple[Finding, ...]


def contributions(measures: Iterable[Measure], record: RecordFacts, context: Context) -> Contributed:
    """Return what the record whose tree *context* stands at the root of adds to *measures*.

    Findings: ``measure.failed`` (an expression has no value: ``reason`` is its code), ``measure.not_a_number``,
    ``measure.not_a_date``, ``measure.no_subject``, ``measure.subject_too_long``, ``measure.no_place`` and, as a
    warning, ``measure.unknown_place``: then the record's own unit counts. All name the measure, none holds an answer.
    """
    reading = _Reading(record, _Spot(context))
    rows: list[Contribution] = []
    for measure in measures:
        try:
            rows += reading.rows(measure)
        except InvalidInput as error:
            reading.note(measure, error)
    return Contributed(tuple(rows), tuple(reading.findings.values()))


@dataclass(frozen=True, slots=True)
class _Facts:
    """What all rows of one element have in common, whatever they count."""

    subject: str
    day: date
    unit_id: UnitId


@dataclass(slots=True)
class _Spot:
    """Where measures are read, the record or one element of `over`, with what was read there so far."""

    context: Context
    position: int = 0
    values: dict[Expression, Scalar] = field(default_factory=dict)
    texts: dict[Expression, str] = field(default_factory=dict)
    facts: dict[_Sources, _Facts] = field(default_factory=dict)

    def value(self, expression: Expression) -> Scalar:
        """Return the expression's value, worked out for the first measure that asks for it."""
        known = self.values.get(expression)
        if known is None:
            known = self.values[expression] = expression.scalar(self.context)
        return known

    def text(self, expression: Expression | None) -> str:
        """Return the expression's value as text without blanks around it; empty if there is no expression."""
        if expression is None:
            return ""
        known = self.texts.get(expression)
        if known is None:
            known = self.texts[expression] = to_text(self.value(expression)).strip()
        return known


@dataclass(frozen=True, slots=True)
class _Reading:
    """One record being read."""

    record: RecordFacts
    whole: _Spot
    elements: dict[Expression, list[_Spot]] = field(default_factory=dict)
    units: dict[str, UnitId | None] = field(default_factory=dict)
    """What the codes of places mean that were looked up so far."""
    findings: dict[tuple[str, str], Finding] = field(default_factory=dict)

    def rows(self, measure: Measure) -> list[Contribution]:
        """Return what the record adds to *measure*."""
        rows: list[Contribution] = []
        for at in self._spots(measure):
            if measure.where is None or to_boolean(at.value(measure.where)):
                thousandths = _amount(measure.value, at)
                if thousandths is not None:
                    self._add(rows, measure, at, thousandths=thousandths)
        return rows

    def _spots(self, measure: Measure) -> Iterable[_Spot]:
        """Return where *measure* is to be read: once, or at every element of `over`, which measures share."""
        over = measure.over
        if over is None:
            return (self.whole,)
        known = self.elements.get(over)
        if known is None:
            context = self.whole.context
            nodes = over.nodes(context)
            if measure.over_selected:
                nodes = [value for node in nodes for value in _selected(node)]
            known = self.elements[over] = [_Spot(context.at(node), place) for place, node in enumerate(nodes)]
        return known

    def _add(self, rows: list[Contribution], measure: Measure, at: _Spot, *, thousandths: int) -> None:
        """Add the total and the categories of one element."""
        facts = self._facts(measure, at)
        subject, day, unit_id = facts.subject, facts.day, facts.unit_id
        code, place, period, combine = measure.code, at.position, day.year, measure.combine
        categories = [TOTAL, *(one.category(at.text(one.answer))[:_LONGEST_CATEGORY] for one in measure.by)]
        rows += [
            Contribution(code, place, subject, category, period, day, unit_id, combine, thousandths)
            for category in categories
        ]
        if measure.pool:
            rows.append(Contribution(measure.pool, place, subject, TOTAL, period, day, unit_id, combine, thousandths))

    def _facts(self, measure: Measure, at: _Spot) -> _Facts:
        """Return when, where and of whom *measure* counts the element; those that say so alike share what they say."""
        sources = (measure.date, measure.place, measure.subject)
        known = at.facts.get(sources)
        if known is None:
            day = _day(at.text(measure.date), self.record.event_date)
            unit_id, is_known = self._unit(measure, at)
            known = _Facts(self._subject(measure, at, unit_id), day, unit_id)
            if is_known:
                at.facts[sources] = known
        return known

    def note(self, measure: Measure, error: InvalidInput, severity: Severity = Severity.ERROR) -> None:
        """Keep one finding of each kind for each place in the form."""
        code = error.code if error.code.startswith("measure.") else "measure.failed"
        path = str(error.params.get("path", ""))
        label = measure.label.in_language("vi")
        found = finding(code, path, severity, measure=measure.code, label=label, reason=error.code)
        self.findings.setdefault((code, path or measure.code), found)

    def _subject(self, measure: Measure, at: _Spot, unit_id: UnitId) -> str:
        if measure.subject is None:
            return self.record.instance_id
        subject = at.text(measure.subject)
        if not subject:
            raise InvalidInput("measure.no_subject", path=_path_of(measure.subject, at))
        if len(subject) > _LONGEST_SUBJECT:
            raise InvalidInput("measure.subject_too_long", path=_path_of(measure.subject, at))
        if measure.is_of_its_place:
            # What is counted once is the place itself: its code names another one after boundaries change, and it has
            # more than one itself. Its first code stands for all of them.
            return f"{self.record.territory.periods_of(unit_id)[0].code}#{unit_id}"
        return subject

    def _unit(self, measure: Measure, at: _Spot) -> tuple[UnitId, bool]:
        """Return the place, and whether it is the one that was named, if one was; each measure tells if it is not."""
        code = at.text(measure.place)
        unit_id = self._found(code) if code else None
        if unit_id is not None:
            return unit_id, True
        if code:
            path = _path_of(measure.place, at)
            self.note(measure, InvalidInput("measure.unknown_place", path=path), Severity.WARNING)
        if self.record.unit_id is None:
            raise InvalidInput("measure.no_place", path=_path_of(measure.place, at))
        return self.record.unit_id, not code

    def _found(self, code: str) -> UnitId | None:
        if code not in self.units:
            self.units[code] = self.record.territory.find_on(code, self.record.place_days)
        return self.units[code]


def _selected(node: InstanceNode) -> Iterator[InstanceNode]:
    """Yield a stand-in for each value selected in *node*, in which ``.`` is that value."""
    for value in dict.fromkeys(node.text.split()):
        yield InstanceNode(node.name, value, parent=node.parent, shape=node.shape, position=node.position)


def _amount(value: Expression | None, at: _Spot) -> int | None:
    """Return the thousandths of the value, None where the question was not answered."""
    if value is None:
        return 1000
    number = to_number(at.value(value))
    if math.isnan(number) and not at.text(value):
        return None
    if not math.isfinite(number) or abs(number) * 1000 > MOST_THOUSANDTHS:
        raise InvalidInput("measure.not_a_number", path=_path_of(value, at))
    return round(number * 1000)


def _day(text: str, default: date) -> date:
    if not text:
        return default
    try:
        return date.fromisoformat(text[:10])
    except ValueError as wrong:
        raise InvalidInput("measure.not_a_date") from wrong


def _path_of(expression: Expression | None, at: _Spot) -> str:
    """Return where the trouble lies: the element of `over`, else the first question *expression* reads."""
    node = at.context.node
    if node is not at.context.root:
        return node.path()
    paths = (reference.absolute(node.path()) for reference in expression.references) if expression else ()
    return next((path for path in paths if path is not None), "")
