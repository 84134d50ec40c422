"""Merging a units file into the units already kept: which rows are to be written, and nothing twice.

A line belongs to a kept period when code and first day are the same. A unit that simply goes on keeps its id: a
commune whose sole predecessor has its code, name and kind; a village whose sole predecessor has no other successor
(it may be renamed, moved or given a new code). Anything else that begins is a new unit, with a succession. Loading the
same file again changes nothing. The writing itself is for an operation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.territory.spans import Span, Timeline, span_of_line, span_of_period
from server.territory.units import Level, Succession, TerritoryRows, UnitAttribute, UnitId, UnitPeriod
from server.territory.units_csv import Fault, refuse
from server.territory.validity import ONE_DAY, first_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from server.territory.units_csv import CsvUnit


@dataclass(frozen=True, slots=True)
class Merge:
    """The outcome: *written* holds new rows and rows with new content, *removed* successions that no longer hold.

    A period is written under its code and first day, an attribute under its unit, name and first day, a succession
    under both its ids. *rows* is all there is afterwards.
    """

    rows: TerritoryRows
    written: TerritoryRows
    removed: TerritoryRows

    def changes_nothing(self) -> bool:
        """Return whether the file said only what was known already."""
        return self.written.is_empty() and self.removed.is_empty()


def merge(kept: TerritoryRows, lines: Sequence[CsvUnit]) -> Merge:
    """Return what the file's lines make of the rows kept so far.

    New units are numbered on from the highest id. Raises InvalidInput ``territory.csv_faults`` with every line whose
    code clashes with a kept period, or whose parent or successor is unknown, on a wrong level or not in force.
    """
    timeline = _timeline(kept.periods, lines)
    clashes = [fault for before, after in timeline.overlaps() for fault in _clash(before, after)]
    heirs = {span: _heirs(span, timeline) for span in timeline.spans}
    orphans = [fault for span in timeline.spans for fault in _heir_faults(span, timeline)]
    refuse(_by_line([*clashes, *orphans]))
    unit_ids = _numbered(timeline, heirs, 1 + max((period.unit_id for period in kept.periods), default=0))
    refuse(_by_line(fault for span in timeline.spans for fault in _parent_faults(span, timeline, unit_ids)))
    periods = tuple(_period(span, timeline, unit_ids) for span in timeline.spans)
    attributes = _attributes(kept.attributes, timeline, unit_ids)
    successions, ended = _successions(kept.successions, heirs, unit_ids)
    return _difference(kept, TerritoryRows(periods, attributes, successions), ended)


def _timeline(periods: Iterable[UnitPeriod], lines: Iterable[CsvUnit]) -> Timeline:
    """Return every period there will be; a line stands in for the kept period of its code and first day."""
    kept = {(period.code, period.valid_from): period for period in periods}
    read = {(line.code, line.valid_from): span_of_line(line, kept.get((line.code, line.valid_from))) for line in lines}
    spans = [*read.values(), *(span_of_period(period) for key, period in kept.items() if key not in read)]
    return Timeline(tuple(sorted(spans, key=lambda span: (first_day(span.valid_from), span.code))))


def _by_line(faults: Iterable[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: (fault.line, fault.column))


def _clash(before: Span, after: Span) -> Iterator[Fault]:
    """Yield the fault of two periods of one code that overlap; one of them at least comes from the file."""
    code = "territory.csv_overlap_kept"
    if after.line is not None:
        yield Fault(after.line.line, "valid_from", code, {"unit_code": after.code, "other": before.name})
    elif before.line is not None:
        yield Fault(before.line.line, "valid_to", code, {"unit_code": before.code, "other": after.name})


def _heirs(span: Span, timeline: Timeline) -> tuple[Span, ...]:
    """Return the periods that carry the line's successor codes on the day after its last, on the same level."""
    if span.line is None or span.valid_to is None:
        return ()
    found = (timeline.find(code, span.valid_to + ONE_DAY) for code in span.line.successor_codes)
    return tuple(heir for heir in found if heir is not None and heir.level is span.level)


def _heir_faults(span: Span, timeline: Timeline) -> Iterator[Fault]:
    if span.line is None or span.valid_to is None:
        return
    next_day = span.valid_to + ONE_DAY
    for code in span.line.successor_codes:
        heir = timeline.find(code, next_day)
        if heir is None or heir.level is not span.level:
            params = {"value": code, "on": next_day}
            yield Fault(span.line.line, "successor_code", "territory.csv_successor_unknown", params)


def _numbered(timeline: Timeline, heirs: Mapping[Span, Sequence[Span]], next_id: int) -> dict[Span, UnitId]:
    """Return the unit id of every period: the kept one, that of the unit that goes on, or a new one."""
    forerunners: dict[Span, list[Span]] = {}
    for span, followers in heirs.items():
        for heir in followers:
            if span.valid_to is not None and heir.valid_from == span.valid_to + ONE_DAY:
                forerunners.setdefault(heir, []).append(span)
    unit_ids: dict[Span, UnitId] = {}
    for span in timeline.spans:
        before = [one for one in forerunners.get(span, ()) if _goes_on(one, span, heirs)]
        if span.kept is not None:
            unit_ids[span] = span.kept.unit_id
        elif len(before) == len(forerunners.get(span, ())) == 1:
            unit_ids[span] = unit_ids[before[0]]
        else:
            unit_ids[span] = UnitId(next_id)
            next_id += 1
    return unit_ids


def _goes_on(before: Span, after: Span, heirs: Mapping[Span, Sequence[Span]]) -> bool:
    if len(heirs[before]) != 1:
        return False
    if before.level is Level.VILLAGE:
        return True
    return (before.code, before.name, before.kind) == (after.code, after.name, after.kind)


def _parent_faults(span: Span, timeline: Timeline, unit_ids: Mapping[Span, UnitId]) -> Iterator[Fault]:
    if span.line is None or span.line.parent_code is None:
        return
    parents = timeline.carriers(span.line.parent_code, span)
    if len({unit_ids[parent] for parent in parents}) != 1 or not span.lies_within(parents):
        params: dict[str, object] = {"value": span.line.parent_code}
        yield Fault(span.line.line, "parent_code", "territory.csv_parent_unknown", params)
    elif not all(parent.is_above(span) for parent in parents):
        yield Fault(span.line.line, "parent_code", "territory.csv_parent_level", {"parent": parents[0].name})


def _period(span: Span, timeline: Timeline, unit_ids: Mapping[Span, UnitId]) -> UnitPeriod:
    if span.line is None and span.kept is not None:
        return span.kept
    parent_code = span.line.parent_code if span.line else None
    parent_id = unit_ids[timeline.carriers(parent_code, span)[0]] if parent_code else None
    return UnitPeriod(
        unit_ids[span], span.code, span.name, span.kind, parent_id, valid_from=span.valid_from, valid_to=span.valid_to
    )


def _attributes(
    kept: Iterable[UnitAttribute], timeline: Timeline, unit_ids: Mapping[Span, UnitId]
) -> tuple[UnitAttribute, ...]:
    """Return all attributes; an empty cell leaves the value known, which ends when the line's period ends."""
    known = {(row.unit_id, row.name, row.valid_from): row for row in kept}
    for span in timeline.spans:
        if span.line is None:
            continue
        unit_id = unit_ids[span]
        before = {
            name: row.value for (unit, name, day), row in known.items() if (unit, day) == (unit_id, span.valid_from)
        }
        for name, value in {**before, **span.line.attributes}.items():
            row = UnitAttribute(unit_id, name, value, span.valid_from, span.valid_to)
            known[unit_id, name, span.valid_from] = row
    return tuple(known.values())


def _successions(
    kept: Iterable[Succession], heirs: Mapping[Span, Sequence[Span]], unit_ids: Mapping[Span, UnitId]
) -> tuple[tuple[Succession, ...], tuple[Succession, ...]]:
    """Return all successions and those that no longer hold; what a file says of a unit's end is all of it."""
    last_span = {unit_ids[span]: span for span in heirs}  # in the order of time, so the last one stays
    told = {unit_id for unit_id, span in last_span.items() if span.line is not None}
    read = {Succession(unit_ids[span], unit_ids[heir]) for span in heirs for heir in heirs[span]}
    handed_over = {row for row in read if row.unit_id != row.successor_id}
    before = set(kept)
    ended = {row for row in before - handed_over if row.unit_id in told}
    return _in_order((before | handed_over) - ended), _in_order(ended)


def _in_order(rows: Iterable[Succession]) -> tuple[Succession, ...]:
    return tuple(sorted(rows, key=lambda row: (row.unit_id, row.successor_id)))


def _difference(kept: TerritoryRows, rows: TerritoryRows, ended: tuple[Succession, ...]) -> Merge:
    periods, attributes, successions = set(kept.periods), set(kept.attributes), set(kept.successions)
    written = TerritoryRows(
        tuple(row for row in rows.periods if row not in periods),
        tuple(row for row in rows.attributes if row not in attributes),
        tuple(row for row in rows.successions if row not in successions),
    )
    return Merge(rows, written, TerritoryRows(successions=ended))
