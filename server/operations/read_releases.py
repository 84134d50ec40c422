"""Read release tables: the one way to anything that is shown of sensitive measures, for pages, files and doors alike.

What is read was frozen with what is hidden already left out, so nothing here can show more. There is no filter and no
choice of dates or columns, only whole tables. The exact counts are not to be had here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.access.authorisation import authorise
from server.access.roles import Permission
from server.errors import NotFound
from server.operations.release_format import read_table

if TYPE_CHECKING:
    from datetime import datetime

    from server.access.actors import Actor
    from server.indicators.releases_tables import ReleasedTable
    from server.operations.services import Services
    from server.storage.repositories.releases import FrozenRevision


@dataclass(frozen=True, slots=True)
class ReleaseEntry:
    """One frozen revision there is to read."""

    project_id: int
    plan: str
    year: int
    revision: int
    frozen_at: datetime


@dataclass(frozen=True, slots=True)
class ReleaseQuestion:
    """Which tables: of a plan and year; without a *revision* the newest."""

    project_id: int
    plan: str
    year: int
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class ReleasedTables:
    """The tables of one revision, each with the hash of what was frozen."""

    entry: ReleaseEntry
    tables: tuple[ReleasedTable, ...]
    hashes: tuple[str, ...]


def list_releases(services: Services, actor: Actor) -> tuple[ReleaseEntry, ...]:
    """Return every frozen revision, the oldest first; raises what `authorise` raises for READ_FIGURES."""
    _authorise(services, actor)
    with services.reading(services.operator()) as uow:
        return tuple(_entry(one) for one in uow.releases.revisions())


def released_tables(services: Services, actor: Actor, question: ReleaseQuestion) -> ReleasedTables:
    """Return the tables of one revision.

    Raises what `authorise` raises for READ_FIGURES, NotFound ``releases.not_frozen``.
    """
    _authorise(services, actor)
    return frozen_tables(services, question)


def frozen_tables(services: Services, question: ReleaseQuestion) -> ReleasedTables:
    """Return what `released_tables` returns, to callers that ask nobody (the command line) or have asked otherwise."""
    with services.reading(services.operator()) as uow:
        found = [
            one
            for one in uow.releases.revisions(question.project_id, question.year)
            if one.plan_name == question.plan and question.revision in (None, one.revision)
        ]
        if not found:
            raise NotFound("releases.not_frozen", year=question.year)
        tables = uow.releases.tables(found[-1])
    return ReleasedTables(
        _entry(found[-1]), tuple(read_table(one.cells) for one in tables), tuple(one.sha256 for one in tables)
    )


def _authorise(services: Services, actor: Actor) -> None:
    scope_of = services.atlas.current().scope_of
    authorise(actor, Permission.READ_FIGURES, scope_of=scope_of, on=services.today())


def _entry(revision: FrozenRevision) -> ReleaseEntry:
    return ReleaseEntry(revision.project_id, revision.plan_name, revision.year, revision.revision, revision.frozen_at)
