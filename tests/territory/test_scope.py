"""What a post covers, and who lies in whom, over random histories: units merge, split, move and are renamed."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from server.territory.collection import Territory
from server.territory.merging import merge
from server.territory.scope import scope_of
from server.territory.units import Level, TerritoryRows, UnitKind
from server.territory.units_csv import CsvUnit

ONE_DAY = timedelta(days=1)
TODAY = date(2100, 1, 1)


class History:
    """A country of one province told line by line; each change happens on a day of its own."""

    def __init__(self):
        self.lines = {}  # (code, valid_from) -> the line's cells
        self.current = {}  # code -> the key of its line in force
        self.today = date(2001, 1, 1)
        self.numbers = iter(range(10, 100_000))
        self.begin("10", UnitKind.PROVINCE, None)

    def code_of(self, parent=None):
        number = next(self.numbers)
        return f"{number:05}" if parent is None else f"{parent}-{number:03}"[-9:]

    def begin(self, code, kind, parent, name=None):
        since = None if self.today == date(2001, 1, 1) else self.today
        self.current[code] = (code, since)
        self.lines[code, since] = {"kind": kind, "parent": parent, "name": name or code, "to": None, "heirs": ()}

    def end(self, code, *heirs):
        line = self.lines[self.current.pop(code)]
        line["to"], line["heirs"] = self.today - ONE_DAY, heirs
        return line

    def codes(self, kind):
        return sorted(code for code, key in self.current.items() if self.lines[key]["kind"] is kind)

    def villages_in(self, commune):
        return [code for code in self.codes(UnitKind.VILLAGE) if self.lines[self.current[code]]["parent"] == commune]

    def resettle(self, village, commune, name=None):
        before = self.end(village, village)
        self.begin(village, UnitKind.VILLAGE, commune, name or before["name"])

    def replace_communes(self, old, new):
        """End the communes *old*, begin *new*, and let the villages live on, dealt out among the new ones."""
        villages = [village for commune in old for village in self.villages_in(commune)]
        for commune in old:
            self.end(commune, *new)
        for commune in new:
            self.begin(commune, UnitKind.XA, "10", f"{commune} {self.today}")
        for place, village in enumerate(villages):
            self.resettle(village, new[place % len(new)])

    def csv_units(self):
        for place, ((code, since), line) in enumerate(self.lines.items(), start=2):
            cells = (code, line["name"], line["kind"], line["parent"], since, line["to"], tuple(line["heirs"]), {})
            yield CsvUnit(place, *cells)


def merge_communes(history, pick):
    communes = history.codes(UnitKind.XA)
    old = sorted({communes[pick % len(communes)], communes[(pick // 7) % len(communes)]})
    history.replace_communes(old, [old[0]])


def split_commune(history, pick):
    communes = history.codes(UnitKind.XA)
    old = communes[pick % len(communes)]
    history.replace_communes([old], [old, history.code_of()])


def rename_commune(history, pick):
    communes = history.codes(UnitKind.XA)
    history.replace_communes([communes[pick % len(communes)]], [communes[pick % len(communes)]])


def move_village(history, pick):
    villages, communes = history.codes(UnitKind.VILLAGE), history.codes(UnitKind.XA)
    history.resettle(villages[pick % len(villages)], communes[(pick // 7) % len(communes)])


def rename_village(history, pick):
    villages = history.codes(UnitKind.VILLAGE)
    village = villages[pick % len(villages)]
    history.resettle(village, history.lines[history.current[village]]["parent"], f"làng {pick}")


def split_village(history, pick):
    villages = history.codes(UnitKind.VILLAGE)
    village = villages[pick % len(villages)]
    parent = history.lines[history.current[village]]["parent"]
    parts = [history.code_of("20000"), history.code_of("20000")]
    history.end(village, *parts)
    for part in parts:
        history.begin(part, UnitKind.VILLAGE, parent)


def join_village(history, pick):
    villages = history.codes(UnitKind.VILLAGE)
    if len(villages) > 1:
        leaving = villages.pop(pick % len(villages))
        history.end(leaving, villages[(pick // 7) % len(villages)])


CHANGES = [
    merge_communes, split_commune, rename_commune, move_village, rename_village, split_village, join_village,
]  # fmt: skip


@st.composite
def histories(draw):
    history = History()
    for _ in range(draw(st.integers(1, 4))):
        commune = history.code_of()
        history.begin(commune, UnitKind.XA, "10")
        for _ in range(2):
            history.begin(history.code_of("20000"), UnitKind.VILLAGE, commune)
    for change, pick in draw(st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(0, 48)), max_size=7)):
        history.today += timedelta(days=100)
        change(history, pick)
    return tuple(history.csv_units())


def territory_of(lines):
    return Territory.from_rows(merge(TerritoryRows(), lines).rows)


def live_on(territory, on):
    return {period.unit_id: period for period in territory.periods if period.is_valid_on(on)}


def last_day_of(frame):
    return frame.valid_to or TODAY


SOME = settings(max_examples=60, deadline=None)


@SOME
@given(histories())
def test_what_lives_on_a_frames_last_day_lies_in_its_parents_and_nothing_else(lines):
    territory = territory_of(lines)
    above = defaultdict(dict)
    for row in territory.ancestors():
        above[row.frame, row.unit_id][row.ancestor_id] = (row.depth, row.partial)
    for frame in territory.frames():
        live = live_on(territory, last_day_of(frame))
        for unit_id in live:
            upward, expected = unit_id, {}
            while upward is not None:
                expected[upward] = (len(expected), False)
                upward = live[upward].parent_id
            assert above[frame.key, unit_id] == expected


@SOME
@given(histories())
def test_every_unit_lies_in_itself_once_in_every_frame(lines):
    territory = territory_of(lines)
    selves = [(row.frame, row.unit_id) for row in territory.ancestors() if row.ancestor_id == row.unit_id]
    units = {period.unit_id for period in territory.periods}
    assert sorted(selves) == sorted((frame.key, unit_id) for frame in territory.frames() for unit_id in units)
    assert all((row.depth == 0) is (row.ancestor_id == row.unit_id) for row in territory.ancestors())


@SOME
@given(histories())
def test_no_unit_is_added_up_in_two_communes_and_none_that_has_begun_is_lost(lines):
    territory = territory_of(lines)
    rows = territory.ancestors()
    for frame in territory.frames():
        live = live_on(territory, last_day_of(frame))
        communes = {unit_id for unit_id, period in live.items() if period.level is Level.COMMUNE}
        for unit_id in {p.unit_id for p in territory.periods if p.level is not Level.PROVINCE}:
            held = [r for r in rows if (r.frame, r.unit_id) == (frame.key, unit_id) and r.ancestor_id in communes]
            whole = [row for row in held if not row.partial]
            assert len(whole) <= 1
            begun = [p for p in territory.periods if p.unit_id == unit_id and (p.valid_from or date.min) <= TODAY]
            if min(p.valid_from or date.min for p in begun) <= last_day_of(frame):
                assert held


@SOME
@given(histories())
def test_a_post_covers_the_unit_its_descendants_and_its_predecessors(lines):
    territory = territory_of(lines)
    rows = territory.ancestors()
    for period in live_on(territory, TODAY).values():
        scope = scope_of([period.unit_id], rows)
        assert scope.covers(period.unit_id)
        assert all(scope.covers(child.unit_id) for child in territory.children(period.unit_id, TODAY))
    for row in territory.successions:
        assert scope_of([row.successor_id], rows).covers(row.unit_id)


@SOME
@given(histories())
def test_a_post_covers_nothing_that_never_belonged_to_its_unit(lines):
    territory = territory_of(lines)
    rows = territory.ancestors()
    below, made_from = defaultdict(set), defaultdict(set)
    began = {
        p.unit_id: p.valid_from for p in sorted(territory.periods, key=lambda p: p.valid_to or TODAY, reverse=True)
    }
    ended = {p.unit_id: p.valid_to for p in sorted(territory.periods, key=lambda p: p.valid_to or TODAY)}
    for period in territory.periods:
        below[period.parent_id].add(period.unit_id)
    for row in territory.successions:
        below[row.successor_id].add(row.unit_id)
        if began[row.successor_id] == ended[row.unit_id] + ONE_DAY:
            made_from[row.successor_id].add(row.unit_id)
    for new, old in made_from.items():
        if len(old) == 1:
            below[next(iter(old))].add(new)
    for unit_id in {period.unit_id for period in territory.periods}:
        reached, fresh = set(), {unit_id}
        while fresh:
            reached |= fresh
            fresh = {near for one in fresh for near in below[one]} - reached
        assert scope_of([unit_id], rows).unit_ids <= reached


@SOME
@given(histories())
def test_the_province_covers_all_there_ever_was_and_still_is_placed(lines):
    territory = territory_of(lines)
    province = territory.find("10", TODAY).unit_id
    assert scope_of([province], territory.ancestors()).unit_ids == {p.unit_id for p in territory.periods}


@SOME
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(lines, chance):
    rows = merge(TerritoryRows(), lines).rows
    shuffled = chance.sample(rows.periods, len(rows.periods))
    territory = Territory(tuple(shuffled), successions=tuple(reversed(rows.successions)))
    assert territory.ancestors() == Territory.from_rows(rows).ancestors()


@SOME
@given(histories())
def test_any_history_loaded_again_changes_nothing(lines):
    first = merge(TerritoryRows(), lines)
    again = merge(first.rows, lines)
    assert again.changes_nothing()
    assert set(again.rows.periods) == set(first.rows.periods)
