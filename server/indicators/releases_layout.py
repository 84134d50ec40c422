"""How the release tables of measures that count the same things lie: what suppression sees of them.

Measures of one form that look at the same elements, places and days are one family, since their numbers bound each
other: what ``cases that were reported`` counts, ``cases`` counts too. That is read off their conditions: a measure is
a part of another when it has all the other's conditions and more. A unit or quarter from which nothing at all was
reported has no cells: it is known to have none. Answers a question does not list, and none, share one column.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import chain, combinations
from typing import TYPE_CHECKING, Final

from server.forms.logic.syntax import Chain
from server.indicators.releases import ReleasePeriod, Rows
from server.indicators.suppression_tables import Cell, CellKey

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from server.forms.logic import Expression
    from server.forms.logic.syntax import Syntax
    from server.indicators.measures import Measure
    from server.indicators.releases import Release
    from server.indicators.suppression_tables import Case, Value

OTHER: Final = "*"
"""The category of an answer the question does not list, and of none."""
_POSITION: Final = re.compile(r"position=\d+")
_UNIT, _QUARTER, _MEASURES, _FIRST_QUESTION = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Family:
    """Measures whose cases are the same things, and the tables that show them.

    *questions* are those the tables are broken down by, in order; *memberships* the sets of measures a case may count
    in, each as its measures with blanks between.
    """

    measures: tuple[str, ...]
    releases: tuple[Release, ...]
    questions: tuple[str, ...]
    memberships: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extent:
    """What there is to count in: reporting communes with the province each lies in, reporting quarters, and answers."""

    province_of: Mapping[int, int]
    quarters: tuple[int, ...]
    answers: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ReleaseLayout:
    """The tables of one family in one year; a `Layout` as suppression knows it.

    The aspects of a case are its commune, its quarter, its measures, and its answer to each question of the family.
    """

    family: Family
    extent: Extent
    aspects: tuple[tuple[Value, ...], ...] = field(init=False)
    cells: Mapping[CellKey, Cell] = field(init=False)

    def __post_init__(self) -> None:
        """Work out the aspects and the cells."""
        answers = (self.extent.answers[one] for one in self.family.questions)
        aspects = (tuple(self.extent.province_of), self.extent.quarters, self.family.memberships, *answers)
        object.__setattr__(self, "aspects", aspects)
        cells = {key: Cell(one.k, _weight(key, one)) for one in self.family.releases for key in self._keys(one)}
        object.__setattr__(self, "cells", cells)

    def keys_of(self, case: Case) -> tuple[CellKey, ...]:
        """Return the cells *case* counts in, each once."""
        commune, quarter, measures, *answers = case
        assert isinstance(commune, int)
        assert isinstance(quarter, int)
        found: dict[CellKey, None] = {}
        for one in self.family.releases:
            if one.measure in str(measures).split():
                category = str(answers[self.family.questions.index(one.question)]) if one.question else ""
                for key in _keys_in(one, self._unit(one, commune), quarter, category):
                    found[key] = None
        return tuple(found)

    def needs_of(self, key: CellKey) -> Mapping[int, frozenset[Value]]:
        """Return what a case needs to count in a cell: by aspect, the values it may have."""
        needs: dict[int, frozenset[Value]] = {
            _MEASURES: frozenset(one for one in self.family.memberships if key.measure in one.split())
        }
        if key.unit_id:
            within = (one for one, province in self.extent.province_of.items() if key.unit_id in (one, province))
            needs[_UNIT] = frozenset(within)
        if key.quarter:
            needs[_QUARTER] = frozenset([key.quarter])
        if key.category:
            question = key.category.partition("=")[0]
            needs[_FIRST_QUESTION + self.family.questions.index(question)] = frozenset([key.category])
        return needs

    def _unit(self, release: Release, commune: int) -> int:
        match release.rows:
            case Rows.COMMUNE:
                return commune
            case Rows.PROVINCE:
                return self.extent.province_of[commune]
            case Rows.TOTAL:
                return 0

    def _keys(self, release: Release) -> Iterator[CellKey]:
        categories = self.extent.answers[release.question] if release.question else ("",)
        for unit in dict.fromkeys(self._unit(release, one) for one in self.extent.province_of):
            for quarter in self.extent.quarters:
                for category in categories:
                    yield from _keys_in(release, unit, quarter, category)


def categories_of(question: str, listed: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of a question: its listed answers, and one for all else."""
    return (*(f"{question}={one}" for one in listed), f"{question}={OTHER}")


def families_of(releases: Sequence[Release], measures: Mapping[str, Measure]) -> tuple[Family, ...]:
    """Return *releases* by the things their measures count, in the order of the sheet."""
    groups: dict[tuple[object, ...], list[Release]] = defaultdict(list)
    for one in releases:
        groups[_counted(one, measures[one.measure])].append(one)
    return tuple(_family(group, measures) for group in groups.values())


def _family(releases: Sequence[Release], measures: Mapping[str, Measure]) -> Family:
    names = tuple(dict.fromkeys(one.measure for one in releases))
    conditions = {one: _conditions(measures[one].where) for one in names}
    sets = chain.from_iterable(combinations(names, count) for count in range(1, len(names) + 1))
    memberships = tuple(" ".join(one) for one in sets if _is_whole(one, conditions))
    questions = tuple(dict.fromkeys(one.question for one in releases if one.question))
    return Family(names, tuple(releases), questions, memberships)


def _is_whole(measures: Sequence[str], conditions: Mapping[str, frozenset[str]]) -> bool:
    """Return whether a case can count in these measures and no others of *conditions*."""
    return all(
        other in measures or not conditions[other] <= conditions[one] for one in measures for other in conditions
    )


def _conditions(where: Expression | None) -> frozenset[str]:
    """Return what must all be true, each written so that where it stands in its expression makes no difference."""
    parts = () if where is None else _conjuncts(where.syntax)
    return frozenset(_POSITION.sub("", repr(one)) for one in parts)


def _conjuncts(syntax: Syntax) -> Iterator[Syntax]:
    if isinstance(syntax, Chain) and all(operator == "and" for operator, _ in syntax.links):
        for part in (syntax.first, *(operand for _, operand in syntax.links)):
            yield from _conjuncts(part)
    else:
        yield syntax


def _counted(release: Release, measure: Measure) -> tuple[object, ...]:
    """Return what makes two measures count the same things."""
    parts = (measure.over, measure.subject, measure.date, measure.place)
    return release.form_id, measure.combine, *("" if one is None else one.source for one in parts)


def _keys_in(release: Release, unit: int, quarter: int, category: str) -> Iterator[CellKey]:
    for one_unit in {unit, 0}:
        for one_quarter in {quarter, 0} if release.period is ReleasePeriod.QUARTER else (0,):
            for one_category in {category, ""}:
                yield CellKey(release.measure, one_unit, one_quarter, one_category)


def _weight(key: CellKey, release: Release) -> int:
    """Return how much is lost when a cell is hidden: totals of the whole most, a commune's category least."""
    if key.unit_id and release.rows is Rows.COMMUNE:
        return 1 if key.category else 3
    if key.quarter and key.category:
        return 2
    return 10 if key.quarter or key.category else 30
