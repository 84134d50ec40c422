"""Everything we make of an instance's bytes: its place and day, findings, contributions, the files it names.

A pure composition of the core rooms, done before the transaction opens. If it fails, the failure is a value: the bytes
are kept all the same, marked underived, tried again by a job and shown.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.forms.logic import Context, bind_known, bind_tree
from server.indicators.contributions import RecordFacts, contributions
from server.operations.outlines import commune_boundary
from server.operations.units_lists import units_list
from server.registers.changes import changes_in
from server.submissions.findings import Severity, finding, has_errors
from server.submissions.instance import BinaryName, binary_names
from server.submissions.landmarks import UNITS_LIST
from server.submissions.pace import pace_findings
from server.submissions.validation import Circumstances, validate_tree
from server.submissions.words import words_of_record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from server.forms.lists import ChoiceList
    from server.forms.logic import InstanceNode
    from server.indicators.contribution import Contribution
    from server.indicators.contributions import Contributed
    from server.operations.atlas import Map
    from server.operations.form_shelf import ShelvedForm
    from server.operations.services import Services
    from server.registers.changes import EntityChange
    from server.submissions.findings import Finding
    from server.submissions.fixes import Fix
    from server.submissions.instance import Instance
    from server.territory.units import UnitId

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where and when an instance came from: part of what is derived, and the same at every rebuild."""

    received_at: datetime
    post_units: frozenset[UnitId]
    """The sender's posts at receipt; the smallest id stands for the place where the record names none."""
    territory_revision: int


@dataclass(frozen=True, slots=True)
class Derived:
    """What an instance says and what is odd about it."""

    findings: tuple[Finding, ...]
    contributions: tuple[Contribution, ...]
    event_date: date
    unit_id: UnitId | None
    fix: Fix | None
    """The spot it was made on; none of a sensitive form, whose records are never points."""
    instance_name: str
    file_names: tuple[BinaryName, ...]
    changes: tuple[EntityChange, ...]
    """What it asks of registers."""
    place_days: tuple[date, ...]
    """The days whose meaning its unit codes may have."""
    words: str
    """By which it is found, in one text; none of a sensitive record."""
    is_derived: bool = True

    @property
    def figure_year(self) -> int:
        """Return the year whose figures it bears on: of what it first contributes, else of its event."""
        return min((one.period for one in self.contributions), default=self.event_date.year)

    @property
    def is_flagged(self) -> bool:
        """Tell whether a reviewer must look: there is an error, or we could not read it at all."""
        return not self.is_derived or has_errors(self.findings)


def derive(services: Services, instance: Instance, form: ShelvedForm, origin: Origin) -> Derived:
    """Return what the instance says; a failure of ours is logged and becomes an underived value."""
    try:
        return _derive(services, instance, form, origin)
    except Exception:
        log.exception("submission.underived", extra={"form": instance.form_id, "version": instance.form_version})
        return _underived(services, instance, form, origin)


def derive_contributions(
    services: Services, instance: Instance, form: ShelvedForm, origin: Origin
) -> tuple[Contribution, ...] | None:
    """Return what the instance adds to measures and nothing else; None where nothing can be derived of it.

    They are those that `derive` gives: the form's own rules, which cost most, have no say in them.
    """
    try:
        tree = bind_known(form.counted, instance.root)
        return _read(services, instance, form, origin, tree=tree).contributed.contributions
    except Exception:
        log.exception("submission.underived", extra={"form": instance.form_id, "version": instance.form_version})
        return None


@dataclass(frozen=True, slots=True)
class _Read:
    """An instance bound to its form, with its day, its place and what it adds to measures."""

    tree: InstanceNode
    event_date: date
    place_days: tuple[date, ...]
    unit_id: UnitId | None
    spot: tuple[InstanceNode, Fix] | None
    place_findings: tuple[Finding, ...]
    units: ChoiceList
    contributed: Contributed


def _read(services: Services, instance: Instance, form: ShelvedForm, origin: Origin, *, tree: InstanceNode) -> _Read:
    here = services.atlas.at(origin.territory_revision)
    zone = services.settings.timezone
    received_on = origin.received_at.astimezone(zone).date()
    event_date = form.landmarks.day(tree) or received_on
    # Codes are used again with another meaning: a code means what it meant on the list it was chosen from, which is
    # of about the day the form was filled, however long ago the visit was.
    place_days = (min(form.landmarks.filled_on(tree) or received_on, received_on), event_date)
    unit_id, place_findings = _place(form, tree, place_days, here=here, origin=origin)
    spot = None if form.published.is_sensitive else form.landmarks.point(tree)
    # A phone's list is of the day it was fetched: today's for a visit of last year, last year's for a late arrival.
    days = (received_on, event_date)
    units = units_list(here, {day: _communes(here, origin, unit_id, day) for day in days})
    instances = {**form.instances, UNITS_LIST: units}
    context = Context(tree, tree, origin.received_at, zone, instances, form.definition)
    record = RecordFacts(instance.instance_id, event_date, unit_id, here.territory, place_days)
    contributed = contributions(form.measures, record, context)
    return _Read(tree, event_date, place_days, unit_id, spot, place_findings, units, contributed)


def _derive(services: Services, instance: Instance, form: ShelvedForm, origin: Origin) -> Derived:
    tree = bind_tree(form.compiled.shape, instance.root)
    read = _read(services, instance, form, origin, tree=tree)
    changes = changes_in(read.tree, form.entity_blocks)
    lists = {**form.lists, UNITS_LIST: read.units}
    circumstances = Circumstances(origin.received_at, services.settings.timezone, lists)
    pace = pace_findings(
        read.tree, form.compiled, services.settings.timezone, is_edit=instance.deprecated_id is not None
    )
    outside = _outside(services, origin, read)
    # Last, for it leaves the tree as the device would have it, and what was sent is what counts.
    broken = validate_tree(read.tree, form.compiled, circumstances)
    return Derived(
        findings=(*broken, *pace, *read.place_findings, *outside, *read.contributed.findings, *_bad_ids(changes)),
        contributions=read.contributed.contributions,
        event_date=read.event_date,
        unit_id=read.unit_id,
        fix=None if read.spot is None else read.spot[1],
        instance_name=(instance.instance_name or "")[:300],
        file_names=binary_names(instance.root, form.definition),
        changes=changes,
        place_days=read.place_days,
        words=_words(instance, form, _place_name(services, origin, read)),
    )


def _words(instance: Instance, form: ShelvedForm, place: str) -> str:
    return "" if form.published.is_sensitive else words_of_record(instance.instance_name or "", place, instance.root)


def _place_name(services: Services, origin: Origin, read: _Read) -> str:
    territory = services.atlas.at(origin.territory_revision).territory
    return "" if read.unit_id is None else territory.name(read.unit_id, read.event_date)


def _bad_ids(changes: tuple[EntityChange, ...]) -> Iterator[Finding]:
    """Yield a finding for each entity block whose id no phone makes: such a block changes nothing."""
    return (finding("entity.bad_id", one.path, Severity.ERROR) for one in changes if not one.has_good_id)


def _communes(here: Map, origin: Origin, unit_id: UnitId | None, on: date) -> frozenset[UnitId]:
    """Return the communes whose units may be chosen: the sender's, and the record's, for posts change in between."""
    units = origin.post_units if unit_id is None else origin.post_units | {unit_id}
    return here.communes_served(units, on)


def _underived(services: Services, instance: Instance, form: ShelvedForm, origin: Origin) -> Derived:
    return Derived(
        findings=(),
        contributions=(),
        event_date=origin.received_at.astimezone(services.settings.timezone).date(),
        unit_id=min(origin.post_units, default=None),
        fix=None,
        instance_name=(instance.instance_name or "")[:300],
        file_names=binary_names(instance.root, form.definition),
        changes=(),
        place_days=(),
        words=_words(instance, form, ""),
        is_derived=False,
    )


def _place(
    form: ShelvedForm, tree: InstanceNode, days: tuple[date, ...], *, here: Map, origin: Origin
) -> tuple[UnitId | None, tuple[Finding, ...]]:
    """Return the lowest unit the record names, by the first of *days* that knows its code, else the sender's post."""
    own_post = min(origin.post_units, default=None)
    node = form.landmarks.place(tree)
    if node is None:
        return own_post, ()
    unit_id = here.territory.find_on(node.text.strip(), days)
    if unit_id is None:
        return own_post, (finding("place.unknown", node.path(), Severity.WARNING),)
    if here.scope_of(origin.post_units).covers(unit_id):
        return unit_id, ()
    return unit_id, (finding("place.out_of_territory", node.path(), Severity.WARNING),)


def _outside(services: Services, origin: Origin, read: _Read) -> tuple[Finding, ...]:
    """Return a finding for a spot outside the commune by more than the phone and the outline may be off.

    Where no outline is known nothing is said.
    """
    here = services.atlas.at(origin.territory_revision)
    boundary = None if read.spot is None else commune_boundary(here, read.unit_id, on=read.event_date)
    if read.spot is None or boundary is None:
        return ()
    node, fix = read.spot
    allowed = services.settings.boundary_margin_m + fix.accuracy_m + boundary.tolerance_m
    outline = services.atlas.outline(boundary.boundary_id)
    if outline.metres_outside(fix.longitude, fix.latitude) <= allowed:
        return ()
    return (finding("place.outside_outline", node.path(), Severity.WARNING),)
