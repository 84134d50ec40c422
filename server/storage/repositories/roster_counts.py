"""People of the staff roster who were named by a measure over the years: how many, and who they are.

A person counts once, where they belong at the end of the year, if an approved record named them from a day on and while
they held the post they hold then: any such record, for the first of a year may lie before the post. Measures of
sensitive forms do not exist here; reading people starts at `visible_entities()`, numbers are the province's to read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import (
    BigInteger,
    Integer,
    String,
    and_,
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
from server.storage.models.submissions import SubmissionRow
from server.storage.models.territory import UnitAncestorRow
from server.storage.repositories.past_registers import PastEntity
from server.storage.visible import Operator, visible_entities
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Connection, Select, Subquery

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
        parts = [part for place, one in enumerate(asked) for part in _counted(place, *one)]
        for row in self._connection.execute(union_all(*parts)):
            if row.people:
                found[row.asked][None if row.place is None else UnitId(row.place)] = int(row.people)
        return found

    def people(self, extent: Extent, named: Named, *, after: int | None, at_most: int) -> list[PastEntity]:
        """Return the people in sight who count in the extent's units (without any: everywhere), those after *after*."""
        found = _people(self.sight, extent, named).where(_lies_in(extent)).order_by(EntityVersionRow.entity_key)
        if after is not None:
            found = found.where(EntityVersionRow.entity_key > after)
        rows = self._connection.execute(found.limit(at_most))
        return [PastEntity(row.entity_key, row.label, UnitId(row.unit_id)) for row in rows]


def _counted(asked: int, extent: Extent, named: Named) -> tuple[Select[int, int, int], Select[int, int, int]]:
    """Return the selects of how many people there are by unit, and in all; both read the same people, found once."""
    people, above = _people(Operator(), extent, named).cte(f"people_{asked}"), UnitAncestorRow
    number = (literal(asked, Integer).label("asked"), func.count(distinct(people.c.entity_key)).label("people"))
    by_unit = (
        select(above.ancestor_id.label("place"), *number)
        .select_from(people)
        .join(above, above.unit_id == people.c.unit_id)
        .where(above.frame == extent.frame, above.is_partial.is_(False), above.ancestor_id.in_(extent.units))
        .group_by(above.ancestor_id)
    )
    return by_unit, select(cast(null(), BigInteger), *number).select_from(people)


def _people(sight: Sight, extent: Extent, named: Named) -> Select[int, str, int | None]:
    """Return the select of the people on the roster at the end of the year whom the measure names.

    It begins with who is named: few, while a project has tens of thousands of entities of other lists.
    """
    then, later = EntityVersionRow, EntityVersionRow.__table__.alias()
    is_last = ~exists(
        select(later.c.version).where(
            later.c.entity_key == then.entity_key,
            later.c.version > then.version,
            later.c.effective_year <= extent.period,
        )
    )
    last_named = _last_named(extent, named)
    held_since = func.coalesce(then.properties["valid_from"].as_string(), "")
    return (
        visible_entities(sight)
        .join(then, then.entity_key == EntityRow.id)
        .join(last_named, last_named.c.subject == EntityRow.entity_id)
        .where(
            EntityListRow.project_id == extent.project_id,
            EntityListRow.name == STAFF,
            # The sum hides from PostgreSQL how few there were by then, for whom it would go through all versions.
            then.effective_year + literal_column("0") <= extent.period,
            then.is_live,
            then.unit_id.is_not(None),
            is_last,
            # Of all the days they were named the last alone can tell: it is the one most likely to lie in the post.
            cast(last_named.c.day, String) >= held_since,
            _is_open(extent, named),
        )
        .with_only_columns(then.entity_key, then.label, then.unit_id)
    )


def _last_named(extent: Extent, named: Named) -> Subquery:
    """Return each person whom an approved record names in that time, with the last day of such a record."""
    rows = ContributionRow
    return (
        select(rows.subject, func.max(rows.event_date).label("day"))
        .join(SubmissionRow, SubmissionRow.counted_version_id == rows.version_id)
        .where(
            rows.project_id == extent.project_id,
            rows.measure == named.measure,
            rows.period.between(named.first_day.year, extent.period),
            rows.category == "",
            rows.thousandths != 0,
            rows.event_date.between(named.first_day, date(extent.period, 12, 31)),
        )
        .group_by(rows.subject)
        .subquery("last_named")
    )


def _is_open(extent: Extent, named: Named) -> ColumnElement[bool]:
    """Return whether the measure is of a form that is not sensitive."""
    return exists(
        select(FormRow.id).where(
            FormRow.project_id == extent.project_id,
            FormRow.form_id == named.measure.rpartition(".")[0],
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
