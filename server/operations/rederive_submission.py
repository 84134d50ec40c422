"""Derive a received version again from its raw bytes and keep what comes out, if it is other than what is kept.

Derived rows are functions of the bytes, the form version and the sender's posts at receipt, so doing it again gives
the same rows; whatever differs was damaged, or made by an earlier release, or could not be made at the time.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.errors import NotFound, Unavailable
from server.operations.derive_submission import Derived, Origin, derive
from server.operations.file_version import derived_facts, finding_rows
from server.storage.repositories.versions import Made
from server.submissions.awaited_files import awaited_files
from server.submissions.instance import read_instance

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from server.indicators.contribution import Contribution
    from server.operations.services import Services
    from server.storage.repositories.versions import RawVersion
    from server.submissions.findings import Finding
    from server.territory.units import UnitId

log = logging.getLogger(__name__)


def rederive(services: Services, version_id: int) -> bool:
    """Derive one version again; return whether anything was other than it was kept.

    Raises NotFound ``submission.unknown`` and Unavailable ``submission.underived`` when it still cannot be derived.
    """
    with services.reading(services.operator()) as uow:
        raw = uow.versions.one(version_id)
    if raw is None:
        raise NotFound("submission.unknown", submission=version_id)
    if rederive_many(services, [raw]).underived:
        raise Unavailable("submission.underived", version=version_id)
    return True


@dataclass(frozen=True, slots=True)
class Tally:
    """How many versions came out differently and how many could not be derived."""

    differed: int
    underived: int


def rederive_many(services: Services, versions: list[RawVersion]) -> Tally:
    """Derive some versions again; those that come out as they are kept are only read, the others written one by one."""
    origins = origins_of(services, versions)
    made_anew = {one.version_id: _derived(services, one, origins[one.version_id]) for one in versions}
    with services.reading(services.operator()) as uow:
        kept = uow.versions.made_of(versions, _FACT_NAMES)
        here = uow.versions.files_here([one.version_id for one in versions])
    readable = [one for one in versions if made_anew[one.version_id].is_derived]
    differing = [
        one for one in readable if kept[one.version_id] != _made(one, made_anew[one.version_id], here[one.version_id])
    ]
    for one in differing:
        _keep(services, one, made_anew[one.version_id])
    return Tally(len(differing), len(versions) - len(readable))


_FACT_NAMES = (
    "unit_id",
    "event_date",
    "figure_year",
    "instance_name",
    "name_folded",
    "is_flagged",
    "is_derived",
    "longitude_e5",
    "latitude_e5",
    "cell",
)


def _derived(services: Services, raw: RawVersion, origin: Origin) -> Derived:
    form = services.shelf.version_by_id(raw.form_version_id)
    return derive(services, read_instance(raw.xml), form, origin)


def origins_of(services: Services, versions: Iterable[RawVersion]) -> dict[int, Origin]:
    """Return where and when kept versions came from, by version, in the territory as it is known now."""
    revision = services.atlas.current().revision
    posts: dict[tuple[int | None, date], frozenset[UnitId]] = {}
    origins = {}
    with services.reading(services.operator()) as uow:
        for one in versions:
            key = one.collaborator_id, one.received_at.astimezone(services.settings.timezone).date()
            if key not in posts:
                posts[key] = frozenset() if key[0] is None else uow.versions.posts_on(key[0], key[1])
            origins[one.version_id] = Origin(one.received_at, posts[key], revision)
    return origins


def _findings(derived: Derived, files_here: set[str]) -> tuple[Finding, ...]:
    return (*derived.findings, *awaited_files(derived.file_names, files_here))


def _made(raw: RawVersion, derived: Derived, files_here: set[str]) -> Made:
    """Return what the tables should say, in the form they say it."""
    findings = (
        (one.code, one.path, one.severity.value, repr(sorted(dict(one.params).items())))
        for one in _findings(derived, files_here)
    )
    facts = derived_facts(derived) if raw.is_current else {}
    return Made(tuple(sorted(findings)), rows_of(derived.contributions), facts)


def rows_of(contributions: Iterable[Contribution]) -> tuple[tuple[object, ...], ...]:
    """Return contributions as the tables say them, sorted."""
    return tuple(
        sorted(
            (
                one.measure,
                one.position,
                one.category,
                one.subject,
                one.period,
                one.event_date,
                one.unit_id,
                one.combine.value,
                one.thousandths,
            )
            for one in contributions
        )
    )


def _keep(services: Services, raw: RawVersion, derived: Derived) -> None:
    with services.unit_of_work(services.operator()) as uow:
        history = uow.submissions.history(raw.submission_id)
        here = uow.versions.files_here([raw.version_id])[raw.version_id]
        uow.versions.replace_findings(raw.version_id, finding_rows(raw.version_id, _findings(derived, here)))
        uow.figures.replace(raw.project_id, raw.version_id, derived.contributions)
        if history.current_version_id == raw.version_id:
            uow.versions.set_facts(history.submission_id, derived_facts(derived))
    log.info("submission.rederived", extra={"version": raw.version_id})
