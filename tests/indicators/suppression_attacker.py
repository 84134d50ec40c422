"""Somebody who has read every release of a period and owns an integer programming solver.

Knows how cases are counted, every number shown, k, and which of the hidden cells are small. The unknowns are how many
cases there are of each possible kind, whole and not negative; it asks for each small cell which values it can have.
"""

from __future__ import annotations

from itertools import pairwise, product

import highspy

from server.indicators.suppression_tables import counts_of


class Attacker:
    """The unknowns and what is known of them; *patterns* are the releases a case may be counted in, by position."""

    def __init__(self, releases, patterns=((1,),)):
        self.solver = highspy.Highs()
        self.solver.setOptionValue("output_flag", False)
        self.solver.setOptionValue("threads", 1)
        kinds = sorted({kind for one in releases for kind in one.layout.every_case()})
        counted = {}
        for column, (kind, pattern) in enumerate(product(kinds, patterns)):
            for at, release in enumerate(releases):
                if pattern[at]:
                    for key in release.layout.keys_of(kind):
                        counted.setdefault((at, key), []).append(column)
        columns = len(kinds) * len(patterns)
        self.solver.addVars(columns, [0] * columns, [highspy.kHighsInf] * columns)
        self.columns = list(range(columns))
        self.guarded = {}
        self.rows = {}
        self.counted = counted
        for (at, key), where in counted.items():
            self._know(releases[at], at, key, where)
        self.guarded_columns = {place: counted[place] for place in self.guarded}

    def _know(self, release, at, key, where):
        if key in release.hidden:
            return
        if key in release.small:
            bounds = (0, release.layout.cells[key].k - 1)
            self.guarded[at, key] = range(release.layout.cells[key].k)
        else:
            count = counts_of(release.layout, release.cases)[key]
            bounds = (count, count)
        self.rows[at, key] = self.solver.getNumRow()
        self.solver.addRow(*bounds, len(where), where, [1] * len(where))

    def know(self, places, whole):
        """Learn what some cells add up to, from elsewhere."""
        columns = [column for place in places for column in self.counted[place]]
        self.solver.addRow(whole, whole, len(columns), columns, [1] * len(columns))

    def possible(self):
        """Return the values that each small cell of each release can have, as far as 0 … k-1 goes."""
        seen = {place: set() for place in self.guarded}
        for place, values in self.guarded.items():
            for value in values:
                if value not in seen[place]:
                    self._imagine(place, value, seen)
        return seen

    def _imagine(self, place, value, seen):
        row = self.rows[place]
        self.solver.changeRowBounds(row, value, value)
        found = self._solved()
        if found is not None:
            for one, columns in self.guarded_columns.items():
                seen[one].add(round(sum(found[column] for column in columns)))
        values = self.guarded[place]
        self.solver.changeRowBounds(row, values[0], values[-1])

    def _solved(self):
        """Return whole numbers of cases that agree with all that is known, None if there are none."""
        for is_whole in (False, True):
            self.solver.changeColsIntegrality(len(self.columns), self.columns, [int(is_whole)] * len(self.columns))
            self.solver.run()
            if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                found = None
                break
            found = self.solver.getSolution().col_value
            if all(abs(one - round(one)) < 1e-6 for one in found):
                break
        self.solver.changeColsIntegrality(len(self.columns), self.columns, [0] * len(self.columns))
        return found


def patterns_of(steps):
    """Return in which releases a case may be: all ways that agree with each step growing, shrinking or neither."""
    follows = {"grew": lambda a, b: a <= b, "shrank": lambda a, b: b <= a, "same": lambda a, b: a == b}
    return [
        one
        for one in product((0, 1), repeat=len(steps) + 1)
        if any(one) and all(follows[step](*pair) for step, pair in zip(steps, pairwise(one), strict=True))
    ]


def pinned(releases, patterns=((1,),)):
    """Return the small cells that can have fewer values than their k, with those they can have."""
    possible = Attacker(releases, patterns).possible()
    return {
        (at, key): sorted(values)
        for (at, key), values in possible.items()
        if len(values) < releases[at].layout.cells[key].k
    }
