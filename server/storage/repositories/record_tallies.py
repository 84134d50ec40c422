"""Numbers of records by form, place, year and state: read, added up, and counted anew."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from operator import add
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, case, delete, func, select, text, union_all
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from server.storage.models.forms import FormRow
from server.storage.models.projects import ProjectRow
from server.storage.models.record_tallies import RecordStepRow, RecordTallyRow
from server.storage.models.territory import UnitAncestorRow
from server.storage.repositories.places_above import with_places_above
from server.storage.written_out import among, among_named
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Select, SelectBase, Subquery

STEPS_AT_ONCE: Final = 20_000
_KEY: Final = ("project_id", "form_key", "unit_id", "year", "state", "is_counted")
_SUMS: Final = ("records", "points", "longitude_sum", "latitude_sum")
_LOCK_KEY: Final = 7_305_211_047
"""PostgreSQL advisory lock: two runners must not add up the same steps into each other's way."""

_NOTHING: Final = (0,) * len(_SUMS)


@dataclass(frozen=True, slots=True)
class UnitTally:
    """How many records of a form lie in a unit in one state, an approved version of which counts or not."""

    unit_id: int
    form_id: str
    state: str
    is_counted: bool
    records: int


class RecordTallies:
    """The numbers of records, and the steps that wait to be added to them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._of_units: dict[tuple[int, int, str], tuple[frozenset[int], list[UnitTally]]] = {}
        """As they were read; what is counted meanwhile in the same transaction is not among them."""

    def add_up(self) -> int:
        """Add waiting steps to the tallies and return how many those were; 0 when another runner is at it."""
        if not self._is_alone():
            return 0
        rows = RecordStepRow
        some = select(rows.id).order_by(rows.id).limit(STEPS_AT_ONCE).subquery()
        # Up to an id, not by ids: a database that knows nothing yet of so many steps would look for each among all.
        last = select(func.max(some.c.id)).scalar_subquery()
        columns = [getattr(rows, name) for name in (*_KEY, *_SUMS)]
        taken = self._connection.execute(delete(rows).where(rows.id <= last).returning(*columns)).all()
        amounts: dict[tuple[Any, ...], tuple[int, ...]] = {}
        for row in taken:
            key, steps = tuple(row)[: len(_KEY)], tuple(row)[len(_KEY) :]
            amounts[key] = tuple(map(add, amounts.get(key, _NOTHING), steps))
        self._move({key: sums for key, sums in amounts.items() if any(sums)})
        return len(taken)

    def every(self) -> dict[tuple[Any, ...], int]:
        """Return every number that is not 0, by project, form, unit, year, state and whether it counts."""
        rows = tallied()
        found = select(*(rows.c[name] for name in _KEY), func.sum(rows.c.records)).group_by(
            *(rows.c[name] for name in _KEY)
        )
        return {tuple(key): int(records) for *key, records in self._connection.execute(found) if records}

    def of_units(self, project_id: int, year: int, frame: str, units: Iterable[int]) -> list[UnitTally]:
        """Return how many everyday records of a year lie in each of *units*, form by form; those known are not read."""
        wanted = frozenset(units)
        known, tallies = self._of_units.get((project_id, year, frame), (frozenset(), []))
        if not known.issuperset(wanted) or not wanted:
            tallies = self._read_of_units(project_id, year, frame, wanted)
            self._of_units[project_id, year, frame] = wanted, tallies
        return [one for one in tallies if one.unit_id in wanted]

    def _read_of_units(self, project_id: int, year: int, frame: str, units: Iterable[int]) -> list[UnitTally]:
        given = {"project_id": project_id, "years": [year], "frame": frame, "units": sorted(units)}
        found = self._connection.execute(_within_units(), given)
        return [
            UnitTally(row.ancestor_id, row.form_id, row.state, bool(row.is_counted), int(row.records))
            for row in found
            if row.records
        ]

    def by_unit(self, states: Iterable[str], form_key: int | None, *, is_practice: bool) -> dict[UnitId, int]:
        """Return how many everyday records in *states* lie in each unit, of one form or all; those without are absent.

        They are the numbers of practice twins, or of all other projects.
        """
        rows = tallied()
        kind = ProjectRow.kind == "practice" if is_practice else ProjectRow.kind != "practice"
        where = [rows.c.state.in_(sorted(states)), FormRow.is_sensitive.is_(False), kind]
        if form_key is not None:
            where.append(rows.c.form_key == form_key)
        found = self._connection.execute(
            select(rows.c.unit_id, func.sum(rows.c.records).label("records"))
            .select_from(rows)
            .join(FormRow, FormRow.id == rows.c.form_key)
            .join(ProjectRow, ProjectRow.id == rows.c.project_id)
            .where(*where)
            .group_by(rows.c.unit_id)
        )
        return {UnitId(row.unit_id): int(row.records) for row in found if row.records}

    def by_state(self, posts: Iterable[UnitId], *, is_practice: bool) -> dict[str, int]:
        """Return how many everyday records lie below *posts*, by state: of practice twins, or of all other projects."""
        rows, above = tallied(), UnitAncestorRow
        below = select(above.unit_id).where(among(above.ancestor_id, posts))
        kind = ProjectRow.kind == "practice" if is_practice else ProjectRow.kind != "practice"
        found = self._connection.execute(
            select(rows.c.state, func.sum(rows.c.records).label("records"))
            .select_from(rows)
            .join(FormRow, FormRow.id == rows.c.form_key)
            .join(ProjectRow, ProjectRow.id == rows.c.project_id)
            .where(rows.c.unit_id.in_(below), FormRow.is_sensitive.is_(False), kind)
            .group_by(rows.c.state)
        )
        return {row.state: int(row.records) for row in found}

    def _move(self, amounts: dict[tuple[Any, ...], tuple[int, ...]]) -> None:
        if not amounts:
            return
        is_sqlite = self._connection.dialect.name == "sqlite"
        statement = (sqlite_insert if is_sqlite else postgresql_insert)(RecordTallyRow)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=_KEY,
                set_={name: getattr(RecordTallyRow, name) + statement.excluded[name] for name in _SUMS},
            ),
            _rows(amounts),
        )

    def _is_alone(self) -> bool:
        if self._connection.dialect.name == "sqlite":
            return True
        return bool(self._connection.execute(text(f"SELECT pg_try_advisory_xact_lock({_LOCK_KEY})")).scalar_one())


@cache
def tallied() -> Subquery:
    """Return the tallies with the steps beside them, to add up."""
    columns = (*_KEY, *_SUMS)
    return union_all(
        select(*(getattr(RecordTallyRow, name) for name in columns)),
        select(*(getattr(RecordStepRow, name) for name in columns)),
    ).subquery("tallied")


@cache
def _added_up() -> Subquery:
    """Return the numbers of a project's records of ``years``, steps and all: a thousand of them go upward as one."""
    rows = tallied()
    key = [rows.c[name] for name in _KEY if name != "project_id"]
    return (
        select(*key, func.sum(rows.c.records).label("records"))
        .where(rows.c.project_id == bindparam("project_id"), rows.c.year.in_(bindparam("years", expanding=True)))
        .group_by(*key)
        .subquery("counted")
    )


@cache
def _within_units() -> Select[Any]:
    """Return what asks how many everyday records of ``project_id`` and ``years`` lie in each of ``units``."""
    rows, above = _added_up(), UnitAncestorRow
    key = (above.ancestor_id, FormRow.form_id, rows.c.state, rows.c.is_counted)
    return (
        select(*key, func.sum(rows.c.records).label("records"))
        .select_from(with_places_above(rows))
        .join(FormRow, FormRow.id == rows.c.form_key)
        .where(
            FormRow.is_sensitive.is_(False),
            above.frame == bindparam("frame"),
            above.is_partial.is_(False),
            among_named(above.ancestor_id, "units"),
        )
        .group_by(*key)
    )


def _rows(amounts: dict[tuple[Any, ...], tuple[int, ...]]) -> list[dict[str, Any]]:
    return [dict(zip((*_KEY, *_SUMS), (*key, *sums), strict=True)) for key, sums in sorted(amounts.items())]


def seen_records() -> SelectBase:
    """Return the tallies of records of a project's ``forms`` in ``years``, those that count beside all there are."""
    rows = _added_up()
    approved = case((rows.c.is_counted, rows.c.records), else_=0).label("approved")
    return (
        select(rows.c.unit_id, rows.c.year, FormRow.form_id, rows.c.records, approved)
        .join(FormRow, FormRow.id == rows.c.form_key)
        .where(FormRow.form_id.in_(bindparam("forms", expanding=True)))
    )
