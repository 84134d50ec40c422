"""Forms, their versions, files and audiences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, or_, select, update

from server.storage.models.forms import FormAudienceRow, FormFileRow, FormOfferRow, FormPoolRow, FormRow, FormVersionRow
from server.storage.models.projects import ProjectRow
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class FormFile:
    """A file of a form version; kind ``units`` is made per collaborator and has no bytes here."""

    name: str
    kind: str
    md5: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """One published form version with the facts lists and downloads need; its bytes are immutable."""

    version_id: int
    form_key: int
    project_id: int
    form_id: str
    version: str
    title: str
    xform: bytes
    md5: str
    measures: tuple[tuple[str, ...], ...]
    audience: str
    is_current: bool
    is_trial: bool
    is_sensitive: bool
    state: str
    files: tuple[FormFile, ...]
    audience_units: frozenset[UnitId]
    audience_collaborators: frozenset[int]


@dataclass(frozen=True, slots=True)
class FormInForce:
    """Which version of a form is in force, for whoever has the version itself on a shelf."""

    version_id: int
    project_id: int
    project_kind: str
    form_id: str
    is_sensitive: bool


@dataclass(frozen=True, slots=True)
class FormOffer:
    """A form's files as somebody sent them to look at: in one archive, the workbook under *file_name*."""

    project_id: int
    file_name: str
    bundle: bytes


_VERSIONS = select(FormVersionRow, FormRow.project_id, FormRow.form_id, FormRow.is_sensitive, FormRow.state).join(
    FormRow, FormRow.id == FormVersionRow.form_key
)


class Forms:
    """Forms and their versions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def revision(self, project_id: int) -> int:
        """Return the number that rises whenever a list of this project's forms would change."""
        return self._connection.execute(
            select(ProjectRow.forms_revision).where(ProjectRow.id == project_id)
        ).scalar_one()

    def current(self, project_id: int) -> list[PublishedVersion]:
        """Return the version in force of every form of the project, by form id."""
        return self._published(FormRow.project_id == project_id, FormVersionRow.is_current)

    def in_force(self) -> list[FormInForce]:
        """Return which version is in force of every form there is, by project and form id."""
        versions, forms = FormVersionRow, FormRow
        found = (
            select(versions.id, forms.project_id, ProjectRow.kind, forms.form_id, forms.is_sensitive)
            .join(forms, forms.id == versions.form_key)
            .join(ProjectRow, ProjectRow.id == forms.project_id)
            .where(versions.is_current)
            .order_by(forms.project_id, forms.form_id)
        )
        return [FormInForce(*row) for row in self._connection.execute(found)]

    def in_use(self, project_id: int) -> list[PublishedVersion]:
        """Return the versions in force and those on trial of the project, by form id."""
        return self._published(
            FormRow.project_id == project_id, or_(FormVersionRow.is_current, FormVersionRow.is_trial)
        )

    def end_trial(self, form_key: int) -> None:
        """Offer what is on trial of a form to nobody any more."""
        rows = FormVersionRow
        self._connection.execute(update(rows).where(rows.form_key == form_key, rows.is_trial).values(is_trial=False))

    def put_in_force(self, version_id: int, form_key: int) -> None:
        """Let a version take over from the one in force, for everybody."""
        rows = FormVersionRow
        mine = rows.form_key == form_key
        self._connection.execute(update(rows).where(mine, rows.is_current).values(is_current=False))
        now = {"is_current": True, "is_trial": False}
        self._connection.execute(update(rows).where(rows.id == version_id).values(**now))
        self.set_audience(version_id, "all", [])

    def labels_in_use(self) -> list[tuple[int, str]]:
        """Return the versions in force or on trial that are not of incidents, each with title and version, by title."""
        rows = FormVersionRow
        found = (
            select(rows.id, rows.title, rows.version)
            .join(FormRow, FormRow.id == rows.form_key)
            .where(or_(rows.is_current, rows.is_trial), FormRow.is_sensitive.is_(False))
            .order_by(rows.title, rows.version)
        )
        return [(row.id, f"{row.title} · {row.version}") for row in self._connection.execute(found)]

    def versions_named(self) -> dict[int, tuple[str, datetime]]:
        """Return what each version is called and when it was published."""
        found = select(FormVersionRow.id, FormVersionRow.version, FormVersionRow.published_at)
        return {row.id: (row.version, row.published_at) for row in self._connection.execute(found)}

    def add_offer(self, facts: Mapping[str, Any]) -> None:
        """Keep what an account looks at, in place of what it looked at before."""
        self.drop_offer(facts["account_id"])
        self._connection.execute(insert(FormOfferRow), dict(facts))

    def offer(self, account_id: int) -> FormOffer | None:
        """Return what an account looks at."""
        rows = FormOfferRow
        row = self._connection.execute(
            select(rows.project_id, rows.file_name, rows.bundle).where(rows.account_id == account_id)
        ).first()
        return FormOffer(row.project_id, row.file_name, bytes(row.bundle)) if row else None

    def drop_offer(self, account_id: int) -> None:
        """Keep what an account looked at no longer."""
        self._connection.execute(delete(FormOfferRow).where(FormOfferRow.account_id == account_id))

    def titles(self) -> dict[tuple[int, str], str]:
        """Return what the current version of each form is called, by project and form id."""
        rows = select(FormRow.project_id, FormRow.form_id, FormVersionRow.title).join_from(
            FormVersionRow, FormRow, FormRow.id == FormVersionRow.form_key
        )
        found = self._connection.execute(rows.where(FormVersionRow.is_current))
        return {(row.project_id, row.form_id): row.title for row in found}

    def version(self, project_id: int, form_id: str, version: str) -> PublishedVersion | None:
        """Return one version, in force or not."""
        found = self._published(
            FormRow.project_id == project_id, FormRow.form_id == form_id, FormVersionRow.version == version
        )
        return found[0] if found else None

    def made_from(self, project_id: int, source: bytes) -> PublishedVersion | None:
        """Return the newest version made from this very workbook, in force or not."""
        found = self._published(FormRow.project_id == project_id, FormVersionRow.source == source)
        return found[-1] if found else None

    def version_by_id(self, version_id: int) -> PublishedVersion | None:
        """Return one version by its row id."""
        found = self._published(FormVersionRow.id == version_id)
        return found[0] if found else None

    def form(self, project_id: int, form_id: str) -> tuple[int, bool] | None:
        """Return key and sensitivity of a form, None if the project has no such form."""
        row = self._connection.execute(
            select(FormRow.id, FormRow.is_sensitive).where(FormRow.project_id == project_id, FormRow.form_id == form_id)
        ).first()
        return (row.id, row.is_sensitive) if row else None

    def is_sensitive_anywhere(self, form_id: str) -> bool:
        """Tell whether any project has a sensitive form of that id; for uploads that went to the wrong project."""
        return (
            self._connection.execute(
                select(FormRow.id).where(FormRow.form_id == form_id, FormRow.is_sensitive.is_(True)).limit(1)
            ).first()
            is not None
        )

    def file_content(self, version_id: int, name: str) -> bytes | None:
        """Return the bytes of a file that belongs to a version."""
        return self._connection.execute(
            select(FormFileRow.content).where(FormFileRow.version_id == version_id, FormFileRow.name == name)
        ).scalar()

    def kept_files(self, version_ids: Sequence[int]) -> dict[tuple[int, str], bytes]:
        """Return the bytes of the files that were given with versions, by version and name."""
        rows = FormFileRow
        found = select(rows.version_id, rows.name, rows.content).where(
            rows.version_id.in_(version_ids), rows.kind == "file", rows.content.is_not(None)
        )
        return {(row.version_id, row.name): bytes(row.content) for row in self._connection.execute(found)}

    def add_form(self, facts: Mapping[str, Any]) -> int:
        """Insert a form and return its key."""
        return int(self._connection.execute(insert(FormRow).returning(FormRow.id), dict(facts)).scalar_one())

    def add_version(self, facts: Mapping[str, Any], files: Sequence[Mapping[str, Any]]) -> int:
        """Insert a version with its files, and return its id.

        It takes over from the one in force; one on trial, from the one on trial before.
        """
        rows = FormVersionRow
        self.end_trial(facts["form_key"])
        if facts["is_current"]:
            self._connection.execute(
                update(rows).where(rows.form_key == facts["form_key"], rows.is_current).values(is_current=False)
            )
        statement = insert(rows).returning(rows.id)
        version_id = int(self._connection.execute(statement, dict(facts)).scalar_one())
        if files:
            self._connection.execute(insert(FormFileRow), [{**one, "version_id": version_id} for one in files])
        return version_id

    def join_pools(self, form_key: int, pools: Iterable[str]) -> None:
        """Note that a version of the form joins these pools of measures."""
        rows = FormPoolRow
        known = set(self._connection.execute(select(rows.pool).where(rows.form_key == form_key)).scalars())
        new = sorted(set(pools) - known)
        if new:
            self._connection.execute(insert(rows), [{"form_key": form_key, "pool": one} for one in new])

    def add_audience(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert units or collaborators a version is for."""
        if rows:
            self._connection.execute(insert(FormAudienceRow), [dict(row) for row in rows])

    def set_audience(self, version_id: int, kind: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Replace whom a version is for."""
        self._connection.execute(delete(FormAudienceRow).where(FormAudienceRow.version_id == version_id))
        self._connection.execute(update(FormVersionRow).where(FormVersionRow.id == version_id).values(audience=kind))
        self.add_audience(rows)

    def set_state(self, form_key: int, state: str) -> None:
        """Open, begin to close, or close a form."""
        self._connection.execute(update(FormRow).where(FormRow.id == form_key).values(state=state))

    def raise_revision(self, project_id: int) -> None:
        """Say that this project's list of forms is another now."""
        self._connection.execute(
            update(ProjectRow).where(ProjectRow.id == project_id).values(forms_revision=ProjectRow.forms_revision + 1)
        )

    def _published(self, *where: Any) -> list[PublishedVersion]:  # noqa: ANN401 column expressions
        rows = self._connection.execute(_VERSIONS.where(*where).order_by(FormRow.form_id, FormVersionRow.id)).all()
        if not rows:
            return []
        ids = [row.id for row in rows]
        files = self._files(ids)
        units, people = self._audiences(ids)
        return [
            PublishedVersion(
                row.id,
                row.form_key,
                row.project_id,
                row.form_id,
                row.version,
                row.title,
                row.xform,
                row.md5,
                tuple(tuple(cells) for cells in row.measures),
                row.audience,
                row.is_current,
                row.is_trial,
                row.is_sensitive,
                row.state,
                tuple(files.get(row.id, ())),
                frozenset(units.get(row.id, ())),
                frozenset(people.get(row.id, ())),
            )
            for row in rows
        ]

    def _files(self, version_ids: Sequence[int]) -> dict[int, list[FormFile]]:
        rows = FormFileRow
        found = self._connection.execute(
            select(rows.version_id, rows.name, rows.kind, rows.md5, rows.sha256, rows.size_bytes)
            .where(rows.version_id.in_(version_ids))
            .order_by(rows.name)
        )
        files: dict[int, list[FormFile]] = {}
        for row in found:
            one = FormFile(row.name, row.kind, row.md5 or "", row.sha256 or "", row.size_bytes or 0)
            files.setdefault(row.version_id, []).append(one)
        return files

    def _audiences(self, version_ids: Sequence[int]) -> tuple[dict[int, list[UnitId]], dict[int, list[int]]]:
        rows = FormAudienceRow
        found = self._connection.execute(
            select(rows.version_id, rows.unit_id, rows.collaborator_id).where(rows.version_id.in_(version_ids))
        )
        units: dict[int, list[UnitId]] = {}
        people: dict[int, list[int]] = {}
        for row in found:
            if row.unit_id is not None:
                units.setdefault(row.version_id, []).append(UnitId(row.unit_id))
            else:
                people.setdefault(row.version_id, []).append(row.collaborator_id)
        return units, people
