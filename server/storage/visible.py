"""Whose eyes a unit of work has, and the only root of a read of records.

A sight is chosen by the operation, never defaulted. Out of sight is indistinguishable from not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, assert_never

from sqlalchemy import ColumnElement, False_, Select, and_, false, func, literal_column, not_, or_, select, true

from server.registers.reach import Reach
from server.storage.models.deeds import DeedRow
from server.storage.models.no_cases import NoCaseRow
from server.storage.models.paper_figures import PaperFigureRow
from server.storage.models.people import CollaboratorPostRow
from server.storage.models.registers import EntityListRow, EntityRow, EntityWordRow
from server.storage.models.submissions import RecordWordRow, SubmissionRow
from server.storage.models.territory import UnitAncestorRow
from server.storage.models.tray import HeldUploadRow
from server.storage.written_out import among

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Subquery

    from server.registers.reach import Share
    from server.territory.units import UnitId


@dataclass(frozen=True, slots=True)
class Intake:
    """Sees every instance of one project, sensitive ones included, and returns none of them to the phone."""

    project_id: int


@dataclass(frozen=True, slots=True)
class Reading:
    """Sees the records of the units below *units*, and sensitive ones only below *sensitive_units*.

    Lists of staff are seen in *staff_units* alone: exactly these, as they reach up to the province as well.
    """

    units: frozenset[UnitId]
    sensitive_units: frozenset[UnitId] = frozenset()
    staff_units: frozenset[UnitId] = frozenset()


@dataclass(frozen=True, slots=True)
class Operator:
    """The command line and background work: sees everything, shows nobody anything."""


Sight = Intake | Reading | Operator

_STANDING: Final = (SubmissionRow.merged_into_id.is_(None), SubmissionRow.cleared_at.is_(None))


def visible(sight: Sight) -> Select[Any]:
    """Return the select of the submissions in *sight*; the only place a scoped read may start from.

    Practice records that were cleared away are in nobody's.
    """
    return select(SubmissionRow).where(*_STANDING, _submissions_in(sight))


def visible_by_unit(sight: Reading, *, is_sensitive: bool) -> tuple[Subquery, Select[Any]]:
    """Return the units of *sight*, and the select of the records `visible` in one of them, to be joined LATERAL."""
    places = _below(sight.sensitive_units if is_sensitive else sight.units).distinct().subquery("place")
    rows = SubmissionRow
    here = (rows.unit_id == places.c.unit_id, rows.is_sensitive.is_(is_sensitive))
    return places, select(rows).where(*_STANDING, *here).correlate(places)


def units_in_sight(sight: Reading) -> Select[Any]:
    """Return the ids of the units whose everyday records are in *sight*: for numbers of them that were added up."""
    return _below(sight.units)


def visible_held(sight: Sight) -> Select[Any]:
    """Return the select of the held uploads in *sight*: by the posts their senders had on the day they arrived.

    Where a sender had none on that day (she was moved away, her phone sent late), all she ever had count.
    """
    match sight:
        case Operator():
            return select(HeldUploadRow)
        case Intake(project_id):
            return select(HeldUploadRow).where(HeldUploadRow.project_id == project_id)
        case Reading():
            pass
        case _:
            assert_never(sight)
    return select(HeldUploadRow).where(
        _by_sensitivity(HeldUploadRow.is_sensitive, _sent_from(sight.units), _sent_from(sight.sensitive_units))
    )


def visible_entities(sight: Sight) -> Select[Any]:
    """Return the select of the entities in *sight*, each with its list; those only awaited have no place and no sight.

    An entity without a unit is seen by nobody who reads within units.
    """
    return _entities(sight, EntityRow.unit_id)


def visible_entities_among(sight: Sight, keys: Iterable[int]) -> Select[Any]:
    """Return the select of those of the entities with these row ids that are in *sight*."""
    # The sum hides from SQLite the index on units, through which it would go through all of a province for a few keys.
    return _entities(sight, EntityRow.unit_id + literal_column("0")).where(EntityRow.id.in_(sorted(keys)))


def _entities(sight: Sight, place: Any) -> Select[Any]:  # noqa: ANN401 a column or a sum
    joined = select(EntityRow).join(EntityListRow, EntityListRow.id == EntityRow.list_id)
    match sight:
        case Operator():
            return joined.where(EntityRow.version > 0)
        case Intake(project_id):
            return joined.where(EntityRow.version > 0, EntityListRow.project_id == project_id)
        case Reading(units, sensitive_units, staff_units):
            within = _by_sensitivity(
                EntityRow.is_sensitive,
                _everyday_entities(units, staff_units, place),
                place.in_(_below(sensitive_units)) if sensitive_units else false(),
            )
            return joined.where(EntityRow.version > 0, within)
        case _:
            assert_never(sight)


def visible_words(sight: Sight) -> Select[Any]:
    """Return the select of the words of entities in *sight*; sensitive ones have none, and staff is not searched."""
    match sight:
        case Operator():
            return select(EntityWordRow)
        case Intake(project_id):
            lists = select(EntityListRow.id).where(EntityListRow.project_id == project_id)
            return select(EntityWordRow).where(EntityWordRow.list_id.in_(lists))
        case Reading(units):
            within = EntityWordRow.unit_id.in_(_below(units)) if units else false()
            staff = select(EntityListRow.id).where(EntityListRow.reach == Reach.OFFICERS.value)
            return select(EntityWordRow).where(within, EntityWordRow.list_id.not_in(staff))
        case _:
            assert_never(sight)


def visible_record_words(sight: Sight) -> Select[Any]:
    """Return the select of the words of records in *sight*; sensitive ones have none."""
    match sight:
        case Operator():
            return select(RecordWordRow)
        case Intake():
            return select(RecordWordRow).where(false())
        case Reading(units):
            return select(RecordWordRow).where(RecordWordRow.unit_id.in_(_below(units)) if units else false())
        case _:
            assert_never(sight)


def visible_paper(sight: Sight) -> Select[Any]:
    """Return the select of the figures typed from paper in *sight*: sensitive ones below incident posts alone.

    The others are the province's to read, as all figures are.
    """
    rows = PaperFigureRow
    match sight:
        case Operator():
            return select(rows)
        case Intake():
            return select(rows).where(false())
        case Reading(_, sensitive_units):
            below = rows.unit_id.in_(_below(sensitive_units)) if sensitive_units else false()
            return select(rows).where(or_(rows.is_sensitive.is_(False), below))
        case _:
            assert_never(sight)


def visible_no_cases(sight: Sight) -> Select[Any]:
    """Return the select of the confirmations that there was no case in *sight*: below incident posts alone."""
    match sight:
        case Operator():
            return select(NoCaseRow)
        case Intake():
            return select(NoCaseRow).where(false())
        case Reading(_, sensitive_units):
            below = NoCaseRow.unit_id.in_(_below(sensitive_units)) if sensitive_units else false()
            return select(NoCaseRow).where(below)
        case _:
            assert_never(sight)


def visible_deeds(sight: Sight) -> Select[Any]:
    """Return the select of what was done in *sight*: at the incident desk below incident posts alone."""
    match sight:
        case Operator():
            return select(DeedRow)
        case Intake():
            return select(DeedRow).where(false())
        case Reading(units, sensitive_units):
            everyday = DeedRow.unit_id.in_(_below(units)) if units else false()
            sensitive = DeedRow.unit_id.in_(_below(sensitive_units)) if sensitive_units else false()
            return select(DeedRow).where(_by_sensitivity(DeedRow.is_sensitive, everyday, sensitive))
        case _:
            assert_never(sight)


def visible_deeds_by_unit(sight: Reading, *, is_sensitive: bool) -> tuple[Subquery, Select[Any]]:
    """Return the units of *sight*, and the select of the `visible_deeds` of one of them, to be joined LATERAL."""
    places = _below(sight.sensitive_units if is_sensitive else sight.units).distinct().subquery("place")
    here = (DeedRow.unit_id == places.c.unit_id, DeedRow.is_sensitive.is_(is_sensitive))
    return places, select(DeedRow).where(*here).correlate(places)


def carried(list_id: int, share: Share) -> Select[Any]:
    """Return the select of the entities of a list that travel to a phone with that share."""
    holder = true() if share.holder_id is None else EntityRow.holder_id == share.holder_id
    return select(EntityRow).where(
        EntityRow.list_id == list_id, EntityRow.is_live.is_(True), EntityRow.unit_id.in_(sorted(share.units)), holder
    )


def _sent_from(units: frozenset[UnitId]) -> ColumnElement[bool]:
    """Tell whether the sender of a held upload was posted below *units* when it arrived."""
    posts = CollaboratorPostRow
    hers = select(posts.id).where(posts.collaborator_id == HeldUploadRow.collaborator_id)
    arrived = func.date(HeldUploadRow.received_at)
    then = and_(
        or_(posts.valid_from.is_(None), posts.valid_from <= arrived),
        or_(posts.valid_to.is_(None), posts.valid_to >= arrived),
    )
    below = hers.where(posts.unit_id.in_(_below(units)))
    return or_(below.where(then).exists(), and_(below.exists(), not_(hers.where(then).exists())))


def _everyday_entities(
    units: frozenset[UnitId],
    staff_units: frozenset[UnitId],
    place: Any,  # noqa: ANN401 a column or a sum
) -> ColumnElement[bool]:
    is_staff = EntityListRow.reach == Reach.OFFICERS.value
    others = and_(~is_staff, place.in_(_below(units))) if units else false()
    staff = and_(is_staff, among(place, staff_units)) if staff_units else false()
    return or_(others, staff) if units and staff_units else others if units else staff


def _submissions_in(sight: Sight) -> ColumnElement[bool]:
    match sight:
        case Operator():
            return true()
        case Intake(project_id):
            return SubmissionRow.project_id == project_id
        case Reading(units, sensitive_units):
            return _by_sensitivity(
                SubmissionRow.is_sensitive,
                SubmissionRow.unit_id.in_(_below(units)) if units else false(),
                SubmissionRow.unit_id.in_(_below(sensitive_units)) if sensitive_units else false(),
            )
        case _:
            assert_never(sight)


def _by_sensitivity(
    is_sensitive: Any,  # noqa: ANN401 a column; its two declared forms share no public type
    everyday: ColumnElement[bool],
    sensitive: ColumnElement[bool],
) -> ColumnElement[bool]:
    parts = [
        and_(is_sensitive.is_(asked), within)
        for asked, within in ((False, everyday), (True, sensitive))
        if not isinstance(within, False_)  # an OR with what never holds would cost SQLite the index on units
    ]
    return or_(*parts) if parts else false()


def _below(units: frozenset[UnitId]) -> Select[Any]:
    """Every unit at or under *units* in any boundary frame, so that a post also covers its predecessors' records.

    They are written out, as a province has a thousand units below it and a village one: PostgreSQL must know which.
    """
    return select(UnitAncestorRow.unit_id).where(among(UnitAncestorRow.ancestor_id, units))
