"""Figures typed from paper: one current version per project, place and key, older ones beside it.

Sensitive ones are read below incident posts alone; the others are the province's to read, as all figures are. Every
read starts at `visible_paper`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import and_, func, or_, select, tuple_, update

from server.indicators.paper_figures import PaperFigure, PaperPlace, PaperSource
from server.indicators.periods import Period
from server.storage.models.paper_figures import PaperFigureRow
from server.storage.models.projects import ProjectRow
from server.storage.models.row_ids import insertion
from server.storage.visible import visible_paper
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Row

    from server.storage.visible import Sight

_One = TypeVar("_One")
_AT_ONCE: Final = 200
"""Places a statement asks for; each is three parameters."""


@dataclass(frozen=True, slots=True)
class ReportKeys:
    """Which figures a report is made from: of its cells by unit and key, of its sources, and of units with *news*."""

    units: frozenset[UnitId]
    of_cells: frozenset[str]
    of_sources: frozenset[str]
    news: frozenset[UnitId]


class PaperFigures:
    """Figures typed from paper, as *sight* may see them."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight

    def of_year(
        self, project_id: int, year: int, units: Iterable[UnitId] | None = None, keys: Iterable[str] | None = None
    ) -> list[PaperFigure]:
        """Return the current figures of a year, of all units or these, by unit, key and part of the year.

        Figures that were withdrawn are not among them.
        """
        rows = PaperFigureRow
        found = visible_paper(self.sight).where(
            rows.project_id == project_id, rows.year == year, rows.is_current, rows.thousandths.is_not(None)
        )
        if units is not None:
            found = found.where(rows.unit_id.in_(sorted(units)))
        if keys is not None:
            found = found.where(rows.key.in_(sorted(keys)))
        ordered = found.order_by(rows.unit_id, rows.key, rows.period)
        return [_figure(row) for row in self._connection.execute(_columns(ordered))]

    def of_report(self, project_id: int, year: int, keys: ReportKeys) -> list[PaperFigure]:
        """Return the current figures of a year that a report is made from, in one statement.

        Those of its cells, those of what is added up for it in whatever unit, and one of each unit that has any news.
        """
        rows = PaperFigureRow
        current = (
            rows.project_id == project_id, rows.year == year, rows.is_current, rows.thousandths.is_not(None),
        )  # fmt: skip
        of_cells = and_(rows.unit_id.in_(sorted(keys.units)), rows.key.in_(sorted(keys.of_cells)))
        of_sources = and_(rows.is_sensitive.is_(False), rows.key.in_(sorted(keys.of_sources)))
        news = visible_paper(self.sight).where(*current, rows.unit_id.in_(sorted(keys.news))).group_by(rows.unit_id)
        one_of_each = rows.id.in_(news.with_only_columns(func.min(rows.id)))
        found = visible_paper(self.sight).where(*current, or_(of_cells, of_sources, one_of_each)).order_by(rows.id)
        return [_figure(row) for row in self._connection.execute(_columns(found))]

    def of_key(self, project_id: int, key: str) -> list[PaperFigure]:
        """Return the current figures with that key of all years and units; without those that were withdrawn."""
        rows = PaperFigureRow
        found = visible_paper(self.sight).where(
            rows.project_id == project_id, rows.key == key, rows.is_current, rows.thousandths.is_not(None)
        )
        return [_figure(row) for row in self._connection.execute(_columns(found.order_by(rows.id)))]

    def everyday(self, project_id: int, years: Collection[int], keys: Collection[str]) -> list[PaperFigure]:
        """Return the current figures of whole years with these keys; those about incidents are not among them."""
        found = visible_paper(self.sight).where(_everyday(project_id, years, keys))
        return [_figure(row) for row in self._connection.execute(_columns(found))]

    def trail_of_cases(self, keys: Collection[str], years: Collection[int]) -> list[PaperFigure]:
        """Return every version ever of the counts of whole years with these keys of incidents, of whatever project.

        Whoever asks answers for what is shown of them: see `shown_of`.
        """
        found = visible_paper(self.sight).where(_of_cases(keys, years)).order_by(PaperFigureRow.id)
        return [_figure(row) for row in self._connection.execute(_columns(found))]

    def everyday_beside_cases(
        self, project_id: int, years: Collection[int], keys: Collection[str], of_cases: Collection[str]
    ) -> tuple[list[PaperFigure], list[PaperFigure]]:
        """Return what `everyday` does of *keys* and what `trail_of_cases` does of *of_cases*, in one statement."""
        both = or_(_everyday(project_id, years, keys), _of_cases(of_cases, years))
        found = visible_paper(self.sight).where(both).order_by(PaperFigureRow.id)
        figures = [_figure(row) for row in self._connection.execute(_columns(found))]
        return [one for one in figures if not one.is_sensitive], [one for one in figures if one.is_sensitive]

    def hold(self, project_id: int) -> None:
        """Let nobody else write figures of the project until this transaction ends; others only wait."""
        asked = select(ProjectRow.id).where(ProjectRow.id == project_id).with_for_update(key_share=True)
        self._connection.execute(asked).scalar_one()

    def current(self, project_id: int, places: Iterable[PaperPlace]) -> dict[PaperPlace, PaperFigure]:
        """Return the current version of these figures, withdrawn ones too."""
        rows = PaperFigureRow
        found: dict[PaperPlace, PaperFigure] = {}
        for some in _some(sorted(set(places))):
            asked = visible_paper(self.sight).where(rows.project_id == project_id, rows.is_current, _is_one_of(some))
            found |= {one.place: one for one in map(_figure, self._connection.execute(_columns(asked)))}
        return found

    def history(self, project_id: int, place: PaperPlace) -> list[PaperFigure]:
        """Return every version of a figure there ever was, the newest first."""
        rows = PaperFigureRow
        asked = visible_paper(self.sight).where(rows.project_id == project_id, _is_one_of([place]))
        ordered = asked.order_by(rows.version.desc())
        return [_figure(row) for row in self._connection.execute(_columns(ordered))]

    def of_import(self, import_id: int) -> list[PaperFigure]:
        """Return what a batch brought."""
        rows = PaperFigureRow
        asked = visible_paper(self.sight).where(rows.import_id == import_id).order_by(rows.id)
        return [_figure(row) for row in self._connection.execute(_columns(asked))]

    def years(self, project_id: int) -> list[int]:
        """Return the years of which there is a figure."""
        rows = PaperFigureRow
        asked = visible_paper(self.sight).where(
            rows.project_id == project_id, rows.is_current, rows.thousandths.is_not(None)
        )
        years = asked.with_only_columns(rows.year).distinct().order_by(rows.year)
        return [int(one) for one in self._connection.execute(years).scalars()]

    def newest_versions(self, project_id: int, places: Iterable[PaperPlace]) -> dict[PaperPlace, int]:
        """Return the number of the newest version of these figures, current or undone, in sight or not."""
        rows = PaperFigureRow
        named = (rows.period, rows.unit_id, rows.key)
        found: dict[PaperPlace, int] = {}
        for some in _some(sorted(set(places))):
            asked = (
                select(*named, func.max(rows.version))
                .where(rows.project_id == project_id, _is_one_of(some))
                .group_by(*named)
            )
            for period, unit_id, key, version in self._connection.execute(asked):
                found[PaperPlace(Period.parse(period), UnitId(unit_id), key)] = version
        return found

    def replace(self, ended: Sequence[int], rows: Sequence[Mapping[str, Any]]) -> None:
        """Let *rows* be current instead of the versions of these ids."""
        self.set_current(ended, is_current=False)
        for apart in (False, True):
            some = [dict(row) for row in rows if row["is_sensitive"] is apart]
            if some:
                self._connection.execute(insertion(PaperFigureRow, is_sensitive=apart), some)

    def set_current(self, figure_ids: Sequence[int], *, is_current: bool) -> None:
        """Let versions be current, or no longer."""
        for some in _some(figure_ids):
            rows = PaperFigureRow
            self._connection.execute(update(rows).where(rows.id.in_(some)).values(is_current=is_current))

    def before(self, project_id: int, one: PaperFigure) -> int | None:
        """Return the id of the version that was current before this one, None if it was the first.

        Versions of batches that were undone do not come back.
        """
        rows = PaperFigureRow
        return self._connection.execute(
            select(rows.id)
            .where(
                rows.project_id == project_id,
                _is_one_of([one.place]),
                rows.version < one.version,
                rows.is_undone.is_(False),
            )
            .order_by(rows.version.desc())
            .limit(1)
        ).scalar()

    def mark_undone(self, figure_ids: Sequence[int]) -> None:
        """Let versions be no longer current, and never again."""
        for some in _some(figure_ids):
            rows = PaperFigureRow
            changed = update(rows).where(rows.id.in_(some)).values(is_current=False, is_undone=True)
            self._connection.execute(changed)


def _everyday(project_id: int, years: Iterable[int], keys: Iterable[str]) -> ColumnElement[bool]:
    rows = PaperFigureRow
    return and_(
        rows.project_id == project_id,
        rows.is_sensitive.is_(False),
        rows.is_current,
        rows.thousandths.is_not(None),
        rows.period.in_(sorted(map(str, years))),
        rows.key.in_(sorted(keys)),
    )


def _of_cases(keys: Iterable[str], years: Iterable[int]) -> ColumnElement[bool]:
    rows = PaperFigureRow
    return and_(rows.is_sensitive.is_(True), rows.key.in_(sorted(keys)), rows.period.in_(sorted(map(str, years))))


def _some(those: Iterable[_One]) -> Iterator[list[_One]]:
    rest = iter(those)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def _is_one_of(places: Iterable[PaperPlace]) -> Any:  # noqa: ANN401 what a tuple compares to has no public type
    rows = PaperFigureRow
    named = [(one.period.label, one.unit_id, one.key) for one in places]
    return tuple_(rows.period, rows.unit_id, rows.key).in_(named)


def _columns(asked: Any) -> Any:  # noqa: ANN401 a select keeps no type of its columns once they are changed
    return asked.with_only_columns(*PaperFigureRow.__table__.columns)


def _figure(row: Row[Any]) -> PaperFigure:
    return PaperFigure(
        figure_id=row.id,
        place=PaperPlace(Period.parse(row.period), UnitId(row.unit_id), row.key),
        version=row.version,
        thousandths=row.thousandths,
        source=PaperSource(row.source_document, row.source_number, row.source_day, row.source_body),
        author=row.author,
        frame_day=row.frame_day,
        is_sensitive=row.is_sensitive,
        is_current=row.is_current,
        is_undone=row.is_undone,
        import_id=row.import_id,
        recorded_at=row.recorded_at,
    )
