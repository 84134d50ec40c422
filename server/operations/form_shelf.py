"""Published form versions, parsed and compiled once per worker.

A version's bytes never change, so neither does what is made of them; only which version is in force and who may see
it changes, and then the project's forms revision rises. A version unknown here is looked up each time it is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from server.forms.attached_lists import attached_lists
from server.forms.entities import EntityBlock, entity_blocks
from server.indicators.measures import Measure, measures_of, paths_read
from server.storage.unit_of_work import UnitOfWork
from server.storage.visible import Operator
from server.submissions.compiled_forms import compiled_form
from server.submissions.landmarks import Landmarks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Engine

    from server.forms.definition import FormDefinition
    from server.forms.lists import ChoiceList
    from server.forms.logic import Shape
    from server.storage.repositories.forms import PublishedVersion
    from server.submissions.rules import Compiled


@dataclass(frozen=True, slots=True)
class ShelvedForm:
    """A published version with all that is made of it."""

    published: PublishedVersion
    definition: FormDefinition
    compiled: Compiled
    landmarks: Landmarks
    lists: Mapping[str, ChoiceList]
    """The attached lists by instance id; generated ones are not here."""
    instances: Mapping[str, ChoiceList]
    """The attached lists and those written inside the form."""
    measures: tuple[Measure, ...]
    counted: Shape
    """The part of the form that measures read, with the day and the place of the record."""
    entity_blocks: tuple[EntityBlock, ...]


@dataclass(frozen=True, slots=True)
class _Offered:
    """What phones of a project may be offered while its forms stand at *revision*."""

    revision: int
    current: tuple[PublishedVersion, ...]
    trials: tuple[PublishedVersion, ...]


class FormShelf:
    """Keeps shelved forms; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._by_id: dict[int, ShelvedForm] = {}
        self._ids: dict[tuple[int, str, str], int] = {}
        self._current: dict[int, _Offered] = {}

    def version(self, project_id: int, form_id: str, version: str) -> ShelvedForm | None:
        """Return one version of a project's form, in force or not; None if there is none (yet)."""
        held = self._ids.get((project_id, form_id, version))
        if held is not None:
            return self._by_id[held]
        with UnitOfWork(self._engine, Operator(), writes=False) as uow:
            published = uow.forms.version(project_id, form_id, version)
        return self._shelve(published) if published else None

    def version_by_id(self, version_id: int) -> ShelvedForm:
        """Return the version with this row id, which must exist."""
        held = self._by_id.get(version_id)
        if held is not None:
            return held
        with UnitOfWork(self._engine, Operator(), writes=False) as uow:
            published = uow.forms.version_by_id(version_id)
        assert published is not None, "a version that a record refers to is never deleted"
        return self._shelve(published)

    def current(self, project_id: int, revision: int) -> tuple[PublishedVersion, ...]:
        """Return the versions in force of a project whose forms stand at *revision*, by form id."""
        return self._offered(project_id, revision).current

    def trials(self, project_id: int, revision: int) -> tuple[PublishedVersion, ...]:
        """Return the versions on trial of a project whose forms stand at *revision*, by form id."""
        return self._offered(project_id, revision).trials

    def _offered(self, project_id: int, revision: int) -> _Offered:
        held = self._current.get(project_id)
        if held is not None and held.revision >= revision:
            return held
        with UnitOfWork(self._engine, Operator(), writes=False) as uow:
            revision, in_use = uow.forms.revision(project_id), uow.forms.in_use(project_id)
        read = _Offered(
            revision, tuple(one for one in in_use if one.is_current), tuple(one for one in in_use if one.is_trial)
        )
        self._current[project_id] = read
        return read

    def _shelve(self, published: PublishedVersion) -> ShelvedForm:
        with self._lock:
            if published.version_id not in self._by_id:
                self._by_id[published.version_id] = self._made_of(published)
            self._ids[published.project_id, published.form_id, published.version] = published.version_id
            return self._by_id[published.version_id]

    def _made_of(self, published: PublishedVersion) -> ShelvedForm:
        compiled = compiled_form(published.xform)
        definition = compiled.definition
        lists = self._lists_of(published, definition)
        landmarks, measures = Landmarks.of(definition), measures_of(published.measures, definition)
        return ShelvedForm(
            published=published,
            definition=definition,
            compiled=compiled,
            landmarks=landmarks,
            lists=lists,
            instances={**compiled.inner_lists, **lists},
            measures=measures,
            counted=_counted(compiled.shape, landmarks, measures, definition.root.path),
            entity_blocks=entity_blocks(definition),
        )

    def _lists_of(self, published: PublishedVersion, definition: FormDefinition) -> dict[str, ChoiceList]:
        names = {one.name for one in published.files if one.kind == "file"}
        with UnitOfWork(self._engine, Operator(), writes=False) as uow:

            def content_of(name: str) -> bytes | None:
                return uow.forms.file_content(published.version_id, name) if name in names else None

            return attached_lists(definition, content_of)


def _counted(shape: Shape, landmarks: Landmarks, measures: tuple[Measure, ...], root: str) -> Shape:
    read = paths_read(measures, root)
    return shape if read is None else shape.narrowed(read | landmarks.paths_below(root))
