"""People of the staff roster who were named by a measure over the years: how many, and who they are.

A person counts once, where they belong at the end of the year, if an approved record named them from a day on and while
they held the post they hold then: any such record, for the first of a year may lie before the post. Measures of
sensitive forms do not exist here; reading people starts at `visible_entities()`, numbers are the province's to read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Date,
    Integer,
    String,
    and_,
    bindparam,
    cast,
    distinct,
    exists,
    func,
    literal,
    literal_column,
    null,
    select,
    true,
    union_all,
)

from server.registers.reach import STAFF
from server.storage.models.figures import ContributionRow
from server.storage.models.forms import FormRow
from server.storage.models.registers import EntityListRow, EntityRow, EntityVersionRow
from server.storage.models.submissions import SubmissionRow, SubmissionVersionRow
from server.storage.models.territory import UnitAncestorRow
from server.storage.repositories.past_registers import PastEntity
from server.storage.repositories.places_above import with_places_above
from server.storage.visible import Operator, visible_entities
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import BindParameter, ColumnElement, CompoundSelect, Connection, Select, Subquery

    from server.storage.repositories.figure_tables import Extent
    from server.storage.visible import Sight


@dataclass(frozen=True, slots=True)
class Named:
    """Which people are meant: named by *measure* from *first_day* to the end of the extent's year."""

    measure: str
    first_day: date


class RosterCounts:
    """People of the roster, as *sight* may see them."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight

    def counts(self, asked: Sequence[tuple[Extent, Named]]) -> list[dict[UnitId | None, int]]:
        """Return for each question how many people count in each unit of its extent, and under None how many in all.

        It is one statement, however many years are asked for.
        """
        found: list[dict[UnitId | None, int]] = [{} for _ in asked]
        if not asked:
            return found
        given = {name: value for place, one in enumerate(asked) for name, value in _given(place, *one).items()}
        for row in self._connection.execute(_counting(len(asked)), given):
            if row.people:
                found[row.asked][None if row.place is None else UnitId(row.place)] = int(row.people)
        return found

    def people(self, extent: Extent, named: Named, *, after: int | None, at_most: int) -> list[PastEntity]:
        """Return the people in sight who count in the extent's units (without any: everywhere), those after *after*."""
        found = _people(self.sight, _asked(0)).where(_lies_in(extent)).order_by(EntityVersionRow.entity_key)
        if after is not None:
            found = found.where(EntityVersionRow.entity_key > after)
        rows = self._connection.execute(found.limit(at_most), _given(0, extent, named))
        return [PastEntity(row.entity_key, row.label, UnitId(row.unit_id)) for row in rows]


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question as parameters of a statement: its text is the same for every project, measure, year and place."""

    place: int
    project_id: BindParameter[int]
    measure: BindParameter[str]
    form_id: BindParameter[str]
    first_day: BindParameter[date]
    first_year: BindParameter[int]
    last_day: BindParameter[date]
    year: BindParameter[int]
    frame: BindParameter[str]
    units: BindParameter[int]


def _asked(place: int) -> _Asked:
    def given(name: str, kind: Any) -> Any:  # noqa: ANN401 a parameter of that kind
        return bindparam(f"{name}_{place}", type_=kind)

    return _Asked(
        place,
        given("project_id", BigInteger()),
        given("measure", String()),
        given("form_id", String()),
        given("first_day", Date()),
        given("first_year", Integer()),
        given("last_day", Date()),
        given("year", Integer()),
        given("frame", String()),
        bindparam(f"units_{place}", type_=BigInteger(), expanding=True, literal_execute=True),
    )


def _given(place: int, extent: Extent, named: Named) -> dict[str, object]:
    """Return the values of the parameters of one question."""
    values = {
        "project_id": extent.project_id,
        "measure": named.measure,
        "form_id": named.measure.rpartition(".")[0],
        "first_day": named.first_day,
        "first_year": named.first_day.year,
        "last_day": date(extent.period, 12, 31),
        "year": extent.period,
        "frame": extent.frame,
        "units": sorted(extent.units),
    }
    return {f"{name}_{place}": value for name, value in values.items()}


@lru_cache(maxsize=64)
def _counting(questions: int) -> CompoundSelect[Any]:
    """Return the statement that answers so many questions; to write it out costs more than to ask it."""
    return union_all(*(part for place in range(questions) for part in _counted(_asked(place))))


def _counted(asked: _Asked) -> tuple[Select[int, int, int], Select[int, int, int]]:
    """Return the selects of how many people there are by unit, and in all; both read the same people, found once."""
    people, above = _people(Operator(), asked).cte(f"people_{asked.place}"), UnitAncestorRow
    number = (literal(asked.place, Integer).label("asked"), func.count(distinct(people.c.entity_key)).label("people"))
    by_unit = (
        select(above.ancestor_id.label("place"), *number)
        .select_from(with_places_above(people))
        .where(above.frame == asked.frame, above.is_partial.is_(False), above.ancestor_id.in_(asked.units))
        .group_by(above.ancestor_id)
    )
    return by_unit, select(cast(null(), BigInteger), *number).select_from(people)


def _people(sight: Sight, asked: _Asked) -> Select[int, str, int | None]:
    """Return the select of the people on the roster at the end of the year whom the measure names.

    It begins with who is named: few, while a project has tens of thousands of entities of other lists.
    """
    then, later = EntityVersionRow, EntityVersionRow.__table__.alias()
    is_last = ~exists(
        select(later.c.version).where(
            later.c.entity_key == then.entity_key,
            later.c.version > then.version,
            later.c.effective_year <= asked.year,
        )
    )
    last_named = _last_named(asked)
    held_since = func.coalesce(then.properties["valid_from"].as_string(), "")
    return (
        visible_entities(sight)
        .join(then, then.entity_key == EntityRow.id)
        .join(last_named, last_named.c.subject == EntityRow.entity_id)
        .where(
            EntityListRow.project_id == asked.project_id,
            EntityListRow.name == STAFF,
            # The sum hides from PostgreSQL how few there were by then, for whom it would go through all versions.
            then.effective_year + literal_column("0") <= asked.year,
            then.is_live,
            then.unit_id.is_not(None),
            is_last,
            # Of all the days they were named the last alone can tell: it is the one most likely to lie in the post.
            cast(last_named.c.day, String) >= held_since,
            _is_open(asked),
        )
        .with_only_columns(then.entity_key, then.label, then.unit_id)
    )


def _last_named(asked: _Asked) -> Subquery:
    """Return each person whom an approved record names in that time, with the last day of such a record."""
    rows, versions, records = ContributionRow, SubmissionVersionRow, SubmissionRow
    return (
        select(rows.subject, func.max(rows.event_date).label("day"))
        # By the record's id: of the version that counts there is no index, and all records would be gone through.
        .join(versions, versions.id == rows.version_id)
        .join(records, and_(records.id == versions.submission_id, records.counted_version_id == versions.id))
        .where(
            rows.project_id == asked.project_id,
            rows.measure == asked.measure,
            rows.period.between(asked.first_year, asked.year),
            rows.category == "",
            rows.thousandths != 0,
            rows.event_date.between(asked.first_day, asked.last_day),
        )
        .group_by(rows.subject)
        .subquery("last_named")
    )


def _is_open(asked: _Asked) -> ColumnElement[bool]:
    """Return whether the measure is of a form that is not sensitive."""
    return exists(
        select(FormRow.id).where(
            FormRow.project_id == asked.project_id,
            FormRow.form_id == asked.form_id,
            FormRow.is_sensitive.is_(False),
        )
    )


def _lies_in(extent: Extent) -> ColumnElement[bool]:
    if not extent.units:
        return true()
    above = UnitAncestorRow
    below = select(above.unit_id).where(
        and_(above.frame == extent.frame, above.is_partial.is_(False), above.ancestor_id.in_(extent.units))
    )
    return EntityVersionRow.unit_id.in_(below)
