"""Layouts for tests of suppression: communes by year and quarters of the whole, each also by questions."""

from __future__ import annotations

from itertools import product

from server.indicators.suppression_tables import Cell, CellKey

MEASURE = "visit.cases"


class SampleLayout:
    """Tables of *communes* by year and of everywhere by quarter, broken down by questions with so many answers.

    Questions in *by_quarter* break down the quarters, those in *by_commune* the communes.
    """

    def __init__(self, communes=4, answers=(), *, by_commune=None, by_quarter=(), quarters=4, k=5, known=()):
        self.questions = range(len(answers))
        self.by_commune = frozenset(self.questions if by_commune is None else by_commune)
        self.by_quarter = frozenset(by_quarter)
        self.communes = [one for one in range(1, communes + 1) if one not in known]
        self.quarters = list(range(1, quarters + 1))
        categories = [[f"q{one}={answer}" for answer in range(count)] for one, count in enumerate(answers)]
        self.aspects = [self.communes, self.quarters, *categories]
        self.cells = {key: Cell(k, self._weight(key)) for case in self.every_case() for key in self.keys_of(case)}

    def every_case(self):
        return product(*self.aspects)

    def keys_of(self, case):
        commune, quarter, *categories = case
        keys = [(0, 0, ""), (commune, 0, ""), (0, quarter, "")]
        for question, category in enumerate(categories):
            keys.append((0, 0, category))
            if question in self.by_commune:
                keys.append((commune, 0, category))
            if question in self.by_quarter:
                keys.append((0, quarter, category))
        return tuple(CellKey(MEASURE, *key) for key in keys)

    def needs_of(self, key):
        needs = {0: key.unit_id, 1: key.quarter, 2 + int(key.category[1:2] or 0): key.category}
        return {aspect: frozenset([value]) for aspect, value in needs.items() if value}

    def _weight(self, key):
        if key.unit_id:
            return 1 if key.category else 3
        return 30 if not key.quarter and not key.category else 10


def cell(unit_id=0, quarter=0, category=""):
    return CellKey(MEASURE, unit_id, quarter, category)


def random_layout(rng):
    answers = [rng.randint(2, 4) for _ in range(rng.choice((0, 1, 1, 2)))]
    questions = range(len(answers))
    return SampleLayout(
        rng.choice((1, 2, 3, 4, 6, 9)),
        answers,
        by_commune=[one for one in questions if rng.random() < 0.8],
        by_quarter=[one for one in questions if rng.random() < 0.6],
        quarters=rng.choice((1, 2, 4)),
        k=rng.choice((3, 5, 5)),
    )


def random_cases(rng, layout, mean=None):
    """Return cases scattered unevenly: many communes with few, some with many."""
    mean = rng.choice((0.5, 2, 5, 12)) if mean is None else mean
    found = []
    for commune in layout.communes:
        for _ in range(int(rng.expovariate(1 / mean))):
            rest = (values[min(int(rng.expovariate(0.9)), len(values) - 1)] for values in layout.aspects[1:])
            found.append((commune, *rest))
    return found
