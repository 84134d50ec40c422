"""Freeze the release tables of a plan for a year, once, and revise them as a whole: a case of sensitive measures.

All tables of the plan are made together, since they share totals: what one hides, another must not give away. What was
frozen is never changed; a revision is hidden from readers of every earlier one too, keeps hidden what they hid, and is
of the tables they were of, whatever plan is in force by then. Who remembers the year's total from paper reads too.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.access.deeds import Deed, DeedKind, Thing
from server.errors import Conflict, InvalidInput, NotFound
from server.indicators.paper_figures import ever_shown
from server.indicators.releases_paper import also_read
from server.indicators.releases_tables import CellState, table_of
from server.indicators.suppression import suppress
from server.operations.note_deeds import note_deeds
from server.operations.release_basis import Basis, FamilyBasis, as_known, basis_of, earlier_of, written_basis
from server.operations.release_format import written_table
from server.storage.repositories.releases import FrozenRevision, FrozenTable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from server.access.actors import Account
    from server.access.deeds import Parameter
    from server.indicators.suppression_tables import Published
    from server.operations.services import Services
    from server.storage.unit_of_work import UnitOfWork

_FIRST_YEAR: Final = 2000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReleaseOrder:
    """Which tables are to be frozen, and in whose name."""

    project_id: int
    plan: str
    year: int
    author: str
    by: Account | None = None
    """None at the command line."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """What is frozen now: how many cells are *shown* and *hidden*; *lost* were shown by the revision before."""

    revision: int
    tables: int
    shown: int
    hidden: int
    lost: int


def freeze_release(services: Services, order: ReleaseOrder) -> Frozen:
    """Make and freeze the tables of a year.

    Raises NotFound ``releases.no_plan``, InvalidInput ``releases.bad_year``, Conflict ``releases.already_frozen``,
    ``releases.unplaced`` (count), ``releases.other_plan``, ``releases.form_changed`` or ``releases.paper_tells``.
    """
    with services.unit_of_work(services.operator()) as uow:
        before = _revisions(services, uow, order)
        if before:
            raise Conflict("releases.already_frozen", year=order.year, revision=before[-1].revision)
        plan = next(
            (one for one in uow.plans.in_force() if (one.project_id, one.name) == (order.project_id, order.plan)), None
        )
        if plan is None:
            raise NotFound("releases.no_plan", plan=order.plan)
        return _freeze(
            services,
            uow,
            order,
            basis_of(services, uow, plan.plan_id, order=(order.project_id, order.year), before=None),
            before=[],
        )


def revise_release(services: Services, order: ReleaseOrder, *, may_hide_more: bool) -> Frozen:
    """Make the tables of a year again and freeze them as a new revision; the old ones stay as they are.

    Cells that were shown are hidden only if that may be. Raises what `freeze_release` raises, NotFound
    ``releases.not_frozen``, Conflict ``releases.nothing_changed``, ``releases.too_little_change`` or
    ``releases.hides_more`` (count).
    """
    with services.unit_of_work(services.operator()) as uow:
        before = _revisions(services, uow, order)
        if not before:
            raise NotFound("releases.not_frozen", year=order.year)
        which = (order.project_id, order.year)
        basis = basis_of(services, uow, before[-1].plan_id, order=which, before=before[-1])
        frozen = _freeze(services, uow, order, basis, before=before)
        if frozen.lost and not may_hide_more:
            raise Conflict("releases.hides_more", count=frozen.lost)
        return frozen


def _revisions(services: Services, uow: UnitOfWork, order: ReleaseOrder) -> list[FrozenRevision]:
    """Return what was frozen before; tables of another plan of the project would be read beside these.

    No review moves a count until this transaction ends, and no one else freezes.
    """
    uow.figures.exclude_reviews()
    if not _FIRST_YEAR <= order.year <= services.today().year:
        raise InvalidInput("releases.bad_year", given=order.year, last=services.today().year)
    found = uow.releases.revisions(order.project_id, order.year)
    others = {one.plan_name for one in found} - {order.plan}
    if others:
        raise Conflict("releases.other_plan", plan=min(others), year=order.year)
    return found


def _freeze(
    services: Services, uow: UnitOfWork, order: ReleaseOrder, basis: Basis, *, before: Sequence[FrozenRevision]
) -> Frozen:
    earlier = [earlier_of(one, basis.plan) for one in before]
    if earlier and [sorted(one.cases, key=str) for one in basis.families] == [list(one.cases) for one in earlier[-1]]:
        raise Conflict("releases.nothing_changed", year=order.year)
    totals = _totals_on_paper(uow, basis, order.year, before)
    published = [
        _suppressed(family, [as_known(one[at], family) for one in earlier], totals, order.year)
        for at, family in enumerate(basis.families)
    ]
    revision = FrozenRevision(
        plan_id=basis.plan_id,
        plan_name=order.plan,
        project_id=order.project_id,
        year=order.year,
        revision=len(before) + 1,
        frozen_at=services.now(),
        frozen_by=order.author,
        families=written_basis(published),
    )
    tables = _tables(basis, published)
    uow.releases.add(revision, basis.frame, tables)
    params: dict[str, Parameter] = {"plan": order.plan, "year": order.year, "revision": revision.revision}
    told = Deed(DeedKind.RELEASE_SIGNED, Thing.RELEASE, None, None, params, is_sensitive=True)
    note_deeds(services, uow, order.by, told)
    frozen = _summary(revision, tables, published, earlier)
    log.info("release.frozen", extra={"plan": order.plan, "year": order.year, "revision": frozen.revision})
    return frozen


def _totals_on_paper(
    uow: UnitOfWork, basis: Basis, year: int, before: Sequence[FrozenRevision]
) -> dict[str, frozenset[int]]:
    """Return, by measure, the counts of the one province that were ever shown from paper before there were tables."""
    if len(basis.listed.provinces) != 1:
        return {}
    found: dict[str, frozenset[int]] = {}
    for release in basis.plan.releases:
        trail = [
            one
            for one in uow.paper_figures.trail_of_cases([release.measure], [year])
            if one.place.unit_id in basis.listed.provinces and not (before and one.recorded_at > before[0].frozen_at)
        ]
        found[release.measure] = found.get(release.measure, frozenset()) | ever_shown(trail, release.k)
    return found


def _suppressed(
    family: FamilyBasis, earlier: Sequence[Published], totals: Mapping[str, frozenset[int]], year: int
) -> Published:
    """Return what is hidden of a family from readers of the earlier revisions and of the totals on paper."""
    read = also_read(family.layout, family.cases, earlier, totals)
    try:
        return suppress(family.layout, family.cases, read)
    except Conflict as fault:
        if earlier:
            raise
        raise Conflict("releases.paper_tells", year=year) from fault


def _tables(basis: Basis, published: Sequence[Published]) -> list[FrozenTable]:
    """Return every table as it will be shown, in the order of the plan."""
    made = {
        release.name: written_table(table_of(release, basis.listed, family.layout, result))
        for family, result in zip(basis.families, published, strict=True)
        for release in family.layout.family.releases
    }
    return [
        FrozenTable(one.name, one.k, made[one.name], hashlib.sha256(made[one.name].encode()).hexdigest())
        for one in basis.plan.releases
    ]


def _summary(
    revision: FrozenRevision,
    tables: Sequence[FrozenTable],
    published: Sequence[Published],
    earlier: Sequence[Sequence[Published]],
) -> Frozen:
    states = [cell["state"] for table in tables for cell in json.loads(table.cells)["cells"]]
    shown_before = (
        (
            {key for key in old.layout.cells if key not in old.unseen} & new.unseen
            for old, new in zip(earlier[-1], published, strict=True)
        )
        if earlier
        else ()
    )
    return Frozen(
        revision=revision.revision,
        tables=len(tables),
        shown=states.count(CellState.SHOWN),
        hidden=states.count(CellState.HIDDEN),
        lost=sum(map(len, shown_before)),
    )
