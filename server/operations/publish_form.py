"""Publish a form: a workbook becomes a version that phones download and records refer to for ever.

Everything is checked before anything is written; all faults come back at once. The same bytes again are no change;
other bytes under a version that is taken are refused, since phones would then hold two forms of one name.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from server.access.deeds import Deed, DeedKind, Thing
from server.errors import Conflict, InvalidInput, NotFound
from server.forms.check import Surroundings, faults
from server.forms.check_lists import list_faults
from server.forms.convert import Converter, Refused, Source
from server.forms.entities import columns_read, entity_blocks
from server.forms.faults import Fault, FormRefused
from server.forms.sheets import SourceKind
from server.indicators.measures import MEASURES, measures_of, read_measures
from server.operations.empty_lists import EmptyList, empty_lists, readers_of, refuse_empty_lists
from server.operations.note_deeds import note_deeds
from server.operations.release_held import release_waiting
from server.operations.standing_plans import refuse_breaking
from server.registers.lists import is_property_name
from server.registers.reach import REACH_OF
from server.submissions.check_order import cycle_faults
from server.submissions.compiled_forms import compiled_form

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from server.access.actors import Account
    from server.forms.definition import FormDefinition
    from server.forms.sheets import Sheet
    from server.operations.services import Services
    from server.storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)
ITEMSETS_FILE = "itemsets.csv"
"""What pyxform makes of the sheet `external_choices`."""
UNITS_FILE = "units.csv"
"""A file of this name is made for each collaborator; the one beside a workbook is a sample and is not published.

So are the entity lists this server knows, those of the project and those the form makes itself."""


@dataclass(frozen=True, slots=True)
class FormSource:
    """A form as its designer hands it over, with the files it refers to by name."""

    content: bytes
    kind: SourceKind
    files: Mapping[str, bytes] = field(default_factory=dict)
    measures: bytes | None = None
    """``measures.csv`` beside a ready XForm."""
    by: Account | None = None
    """Who publishes it; None at the command line."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A form that may be published, with what its designer should still look at."""

    definition: FormDefinition
    xform: bytes
    measures: Sheet | None
    files: Mapping[str, bytes]
    """Those handed over, and the list of choices some workbooks keep on a sheet of their own."""
    made: frozenset[str]
    """The files the server makes for each collaborator, whatever was handed over under their names."""
    warnings: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a version is for: all, nobody, or some units (``CODE`` or ``CODE@day``) or collaborators by id."""

    kind: str = "all"
    units: tuple[str, ...] = ()
    collaborators: tuple[int, ...] = ()
    allows_empty_lists: bool = False
    """Whether people may get a list without a row although others have some."""
    is_trial: bool = False
    """Tried with these alone: all others keep the version in force."""


@dataclass(frozen=True, slots=True)
class Published:
    """What came of publishing; not *is_new*: the very same version was there."""

    version_id: int
    form_id: str
    version: str
    title: str
    is_new: bool
    warnings: tuple[Fault, ...]
    empty_lists: tuple[EmptyList, ...] = ()
    """Lists without a row for some of those the version is for; where all is new, for everybody."""


def check_form(services: Services, source: FormSource, converter: Converter, *, is_sensitive: bool) -> Checked:
    """Return the form ready to publish on this server; raises FormRefused with every fault."""
    return check_source(source, converter, public_url=services.settings.public_url, is_sensitive=is_sensitive)


def check_source(
    source: FormSource,
    converter: Converter,
    *,
    public_url: str,
    is_sensitive: bool,
    lists: frozenset[str] = frozenset(REACH_OF),
) -> Checked:
    """Return the form ready to publish; *lists* are the entity lists there are. Raises FormRefused with every fault."""
    converted = converter.outcome(Source(source.content, source.kind, source.measures))
    if isinstance(converted, Refused):
        raise FormRefused(converted.faults)
    compiled = compiled_form(converted.xform)
    definition = compiled.definition
    sheet = converted.sheet(MEASURES)
    measured = read_measures(sheet, definition, is_sensitive=is_sensitive).faults if sheet else ()
    files = {**source.files, **({ITEMSETS_FILE: converted.itemsets} if converted.itemsets else {})}
    made = made_files(definition, lists)
    surroundings = Surroundings(
        hosts=frozenset({urlsplit(public_url).netloc}),
        public_keys=frozenset(),
        uploaded=frozenset(files) - made,
        generated=made,
        is_sensitive=is_sensitive,
    )
    own_lists = {name: content for name, content in files.items() if name not in made}
    circles = cycle_faults(compiled, converted.sheets)
    found = (
        *converted.warnings,
        *faults(definition, surroundings, sheets=converted.sheets),
        *list_faults(definition, own_lists, sheets=converted.sheets),
        *circles,
        *measured,
    )
    found = tuple(sorted(found, key=lambda fault: not fault.is_error))
    if any(fault.is_error for fault in found):
        raise FormRefused(found)
    return Checked(definition, converted.xform, sheet, files, made, found)


def made_files(definition: FormDefinition, lists: frozenset[str]) -> frozenset[str]:
    """Return the names of the files this server makes for each collaborator, of those a form may ask for."""
    names = lists | {block.dataset for block in entity_blocks(definition)}
    return frozenset({UNITS_FILE, *(f"{name}.csv" for name in names if name)})


def publish_form(
    services: Services, project_id: int, source: FormSource, *, audience: Audience, is_sensitive: bool = False
) -> Published:
    """Check and publish one form.

    Raises FormRefused with every fault (``measure.breaks_plan`` among them: a plan in force counts what it no longer
    yields), Conflict ``form.version_taken`` or ``list.empty_for``, NotFound
    ``project.unknown``, InvalidInput ``form.practice_project`` (a practice twin serves its parent's versions).
    """
    with Converter() as converter:
        checked = check_form(services, source, converter, is_sensitive=is_sensitive)
    return publish_checked(services, project_id, source, checked, audience=audience, is_sensitive=is_sensitive)


def publish_checked(  # noqa: PLR0913 the facts of one publication, each of its own kind
    services: Services,
    project_id: int,
    source: FormSource,
    checked: Checked,
    *,
    audience: Audience,
    is_sensitive: bool,
) -> Published:
    """Publish a form that was checked, and file what phones sent of this version before it was known here."""
    definition = checked.definition
    with services.unit_of_work(services.operator()) as uow:
        _check_project(uow, project_id)
        form_key = _form_key(uow, services, project_id, definition.form_id, is_sensitive=is_sensitive)
        known = uow.forms.version(project_id, definition.form_id, definition.version)
        if known is not None:
            if known.xform != checked.xform:
                raise Conflict("form.version_taken", form=definition.form_id, version=definition.version)
            return Published(known.version_id, known.form_id, known.version, known.title, False, checked.warnings)
        measures = measures_of(_rows(checked.measures), definition)
        refuse_breaking(uow, project_id, definition.form_id, measures)
        facts = {"form_key": form_key, **_version_facts(services, source, checked, audience)}
        version_id = uow.forms.add_version(facts, _files(checked))
        uow.forms.add_audience(audience_rows(services, version_id, audience))
        uow.forms.join_pools(form_key, [one.pool for one in measures if one.pool])
        uow.forms.raise_revision(project_id)
        _note_lists(uow, project_id, definition, services.now())
        empty = lists_left_empty(services, uow, version_id, audience)
        told = form_deed(
            DeedKind.FORM_TRIED if audience.is_trial else DeedKind.FORM_PUBLISHED,
            version_id,
            form_id=definition.form_id,
            version=definition.version,
            is_sensitive=is_sensitive,
        )
        note_deeds(services, uow, source.by, told)
    log.info("form.published", extra={"form": definition.form_id, "version": definition.version})
    release_waiting(services, project_id, definition.form_id, definition.version)
    return Published(
        version_id, definition.form_id, definition.version, definition.title, True, checked.warnings, empty
    )


def form_deed(kind: DeedKind, version_id: int, *, form_id: str, version: str, is_sensitive: bool) -> Deed:
    """Return what is kept of something done to a form version; forms of incidents are the incident desk's to know."""
    params = {"form": form_id, "version": version}
    return Deed(kind, Thing.FORM, version_id, None, params, is_sensitive=is_sensitive)


def lists_left_empty(services: Services, uow: UnitOfWork, version_id: int, audience: Audience) -> tuple[EmptyList, ...]:
    """Return the lists without a row for some of those a version is for now; raises Conflict ``list.empty_for``."""
    version = uow.forms.version_by_id(version_id)
    assert version is not None, "it was written in this transaction"
    if not any(file.kind == "entities" for file in version.files):
        return ()
    readers = readers_of(services, uow, version.project_id)
    found = empty_lists(uow, services.atlas.current(), readers, forms=[version])
    if not audience.allows_empty_lists:
        refuse_empty_lists(found)
    return found


def _note_lists(uow: UnitOfWork, project_id: int, definition: FormDefinition, at: datetime) -> None:
    """See to it that the lists the form reads or makes are there, in the project and its practice twin."""
    twin = uow.projects.practice_of(project_id)
    blocks = entity_blocks(definition)
    read = {name.removesuffix(".csv") for name in definition.media_names if name.endswith(".csv")}
    made = {block.dataset for block in blocks}
    known = frozenset(uow.entities.lists(project_id)) | frozenset(REACH_OF)
    for project in (project_id, *([twin.project_id] if twin else [])):
        for name in sorted((read & known) | made):
            one = uow.entities.ensure_list(project, name, at)
            saved = {prop for block in blocks if block.dataset == name for prop in block.save_tos.values()}
            uow.entities.note_properties(one.list_id, saved, sent=_properties_read(definition, name))


def _properties_read(definition: FormDefinition, name: str) -> frozenset[str]:
    """Return the properties of a list the form reads: they must travel; ``name``, ``label`` and versions do anyway."""
    return frozenset(one for one in columns_read(definition, name) if is_property_name(one))


def _check_project(uow: UnitOfWork, project_id: int) -> None:
    project = uow.projects.by_id(project_id)
    if project is None:
        raise NotFound("project.unknown", project=project_id)
    if project.kind == "practice":
        raise InvalidInput("form.practice_project")


def _form_key(uow: UnitOfWork, services: Services, project_id: int, form_id: str, *, is_sensitive: bool) -> int:
    known = uow.forms.form(project_id, form_id)
    if known is not None:
        if known[1] != is_sensitive:
            raise Conflict("form.sensitivity_differs", form=form_id)
        return known[0]
    return uow.forms.add_form(
        {
            "project_id": project_id,
            "form_id": form_id,
            "state": "open",
            "is_sensitive": is_sensitive,
            "created_at": services.now(),
        }
    )


def _version_facts(services: Services, source: FormSource, checked: Checked, audience: Audience) -> dict[str, Any]:
    return {
        "version": checked.definition.version,
        "title": checked.definition.title,
        "xform": checked.xform,
        "md5": _md5(checked.xform),
        "source": None if source.kind is SourceKind.XFORM else source.content,
        "source_kind": source.kind.value,
        "measures": _rows(checked.measures),
        "audience": audience.kind,
        "is_current": not audience.is_trial,
        "is_trial": audience.is_trial,
        "published_at": services.now(),
        "published_by": source.by.account_id if source.by else None,
    }


def _rows(sheet: Sheet | None) -> list[list[str]]:
    """Return the measures sheet as rows of texts, header first; rows left blank stay, to keep their numbers."""
    if sheet is None:
        return []
    rows = [list(sheet.header)]
    for row in sheet.rows:
        rows.extend([] for _ in range(row.number - 1 - len(rows)))
        rows.append([row.cells.get(column, "") for column in sheet.header])
    return rows


def _files(checked: Checked) -> list[dict[str, Any]]:
    return [_file(name, checked) for name in sorted(set(checked.definition.media_names))]


def _file(name: str, checked: Checked) -> dict[str, Any]:
    if name in checked.made:
        kind = "units" if name == UNITS_FILE else "entities"
        return {"name": name, "kind": kind, "md5": None, "sha256": None, "size_bytes": None, "content": None}
    content = checked.files[name]
    return {
        "name": name,
        "kind": "file",
        "md5": _md5(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "size_bytes": len(content),
        "content": content,
    }


def audience_rows(services: Services, version_id: int, audience: Audience) -> list[dict[str, Any]]:
    """Return the rows that say whom a version is for, units found as of today unless they name a day."""
    territory, today = services.atlas.current().territory, services.today()
    units = {territory.resolve(code, today).unit_id for code in audience.units}
    return [
        *({"version_id": version_id, "unit_id": one, "collaborator_id": None} for one in sorted(units)),
        *({"version_id": version_id, "unit_id": None, "collaborator_id": one} for one in audience.collaborators),
    ]


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
