"""An administrator brings a form out: look at what a workbook changes, try it in one village, then give it to all.

The files are kept between looking and publishing, one form for each account; a workbook with faults is not kept at
all. Files beside a form that are not sent again are taken from the version in force. Forms of incidents, and of
projects apart, are the command line's alone: this page does not know of them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from io import BytesIO
from typing import TYPE_CHECKING, Final
from zipfile import ZIP_DEFLATED, ZipFile

from server.access.authorisation import authorise, units_for
from server.access.deeds import DeedKind
from server.access.roles import Permission
from server.errors import InvalidInput, NotFound
from server.forms.compatibility import additions, changes
from server.forms.convert import Converted, Converter, Refused
from server.forms.faults import FormRefused
from server.forms.sheets import kind_of
from server.operations.known_by_hash import KnownByHash
from server.operations.note_deeds import note_deeds
from server.operations.publish_form import Audience, FormSource, check_form, form_deed, publish_checked
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from server.access.actors import Account
    from server.forms.compatibility import Change
    from server.forms.convert import Source
    from server.forms.faults import Fault
    from server.operations.atlas import Map
    from server.operations.publish_form import Checked, Published
    from server.operations.services import Services
    from server.storage.repositories.collaborators import CollaboratorLine
    from server.storage.repositories.forms import PublishedVersion
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitPeriod

MOST_BYTES: Final = 10 * 1024 * 1024
_PERMISSION: Final = Permission.MANAGE_FORMS
_WORKBOOK: Final = "form/"
_BESIDE: Final = "media/"


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody whose phone does not have the version that is hers: an older one, or none (*version* empty)."""

    collaborator_id: int
    name: str
    phone: str
    version: str


@dataclass(frozen=True, slots=True)
class FormLine:
    """A form with its version in force, the one on trial, and whose phones of one's territory lack what is theirs."""

    version: PublishedVersion
    published_at: datetime
    trial: PublishedVersion | None
    trial_units: tuple[str, ...]
    phones: int
    behind: tuple[Holder, ...]


@dataclass(frozen=True, slots=True)
class FormDesk:
    """The forms of the main projects; *projects* are those the account may publish for: none below the province."""

    forms: tuple[FormLine, ...]
    projects: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class FormOffered:
    """A form that is looked at. Its *seal* tells it from any other; *before* is the version in force, if there is."""

    seal: str
    project_name: str
    form_id: str
    version: str
    title: str
    before: PublishedVersion | None
    changes: tuple[Change, ...]
    additions: tuple[Change, ...]
    warnings: tuple[Fault, ...]
    is_known: bool
    villages: tuple[UnitPeriod, ...]


@dataclass(frozen=True, slots=True)
class SentForm:
    """The files of a form as they were sent: the workbook, and what lies beside it by name."""

    project_id: int
    file_name: str
    workbook: bytes
    beside: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class _Tried:
    """A form as it would be published, beside those its project has in force."""

    current: tuple[PublishedVersion, ...]
    source: FormSource
    checked: Checked


@dataclass(frozen=True, slots=True)
class _View:
    """What forms of a project are held against: its people, and the newest version each of their phones fetched."""

    here: Map
    today: date
    people: Sequence[CollaboratorLine]
    held: Mapping[tuple[int, int], int]
    named: Mapping[int, tuple[str, datetime]]

    def lines(self, in_use: Sequence[PublishedVersion]) -> list[FormLine]:
        trials = {one.form_key: one for one in in_use if one.is_trial}
        return [self._line(one, trials.get(one.form_key)) for one in in_use if one.is_current and not one.is_sensitive]

    def _line(self, version: PublishedVersion, trial: PublishedVersion | None) -> FormLine:
        tried = self.here.scope_of(trial.audience_units).unit_ids if trial else frozenset()
        behind = []
        for one in self.people:
            theirs = trial if trial is not None and not tried.isdisjoint(one.unit_ids) else version
            has = self.held.get((one.collaborator_id, version.form_key))
            if has != theirs.version_id:
                older = "" if has is None else self.named[has][0]
                behind.append(Holder(one.collaborator_id, one.name, one.phone, older))
        territory = self.here.territory
        places = tuple(territory.name(one, self.today) for one in sorted(trial.audience_units)) if trial else ()
        return FormLine(version, self.named[version.version_id][1], trial, places, len(self.people), tuple(behind))


def form_desk(services: Services, account: Account) -> FormDesk:
    """Return what an administrator sees of forms; raises what `authorise` raises for MANAGE_FORMS."""
    here, today = services.atlas.current(), services.today()
    authorise(account, _PERMISSION, scope_of=here.scope_of, on=today)
    with services.reading(services.operator()) as uow:
        projects = [one for one in uow.projects.all() if one.kind == "main"]
        people = uow.collaborators.lines(units_for(account, _PERMISSION, today), today)
        named = uow.forms.versions_named()
        lines = []
        for project in projects:
            hers = [one for one in people if one.project_id == project.project_id and one.revoked_at is None]
            view = _View(here, today, hers, uow.phones.newest_held(project.project_id), named)
            lines += view.lines(uow.forms.in_use(project.project_id))
    reach = here.scope_of(units_for(account, _PERMISSION, today))
    covers_all = all(reach.covers(one.unit_id) for one in here.territory.units_of_level(Level.PROVINCE, today))
    return FormDesk(tuple(lines), tuple((one.project_id, one.name) for one in projects) if covers_all else ())


def offer_form_files(services: Services, account: Account, sent: SentForm) -> FormOffered:
    """Check a form and keep it to look at; raises FormRefused with every fault, what `_authorise` raises.

    InvalidInput ``form.too_heavy`` (most, in megabytes) or ``form.unknown_kind``.
    """
    project_name = _authorise(services, account, sent.project_id)
    kind_of(sent.file_name)
    if len(sent.workbook) + sum(map(len, sent.beside.values())) > MOST_BYTES:
        raise InvalidInput("form.too_heavy", most=MOST_BYTES // 1024**2)
    tried = _tried(services, account, sent)
    with services.unit_of_work(services.operator()) as uow:
        uow.forms.add_offer(
            {
                "account_id": account.account_id,
                "project_id": sent.project_id,
                "file_name": sent.file_name[:255],
                "bundle": _packed(sent),
                "offered_at": services.now(),
            }
        )
    return _offered(services, sent, tried, project_name)


def read_form_offer(services: Services, account: Account) -> FormOffered:
    """Return the form that is looked at; raises NotFound ``form.no_offer`` and what `offer_form_files` raises."""
    sent, project_name = _kept(services, account)
    return _offered(services, sent, _tried(services, account, sent), project_name)


def publish_form_offer(services: Services, account: Account, seal: str, unit: str) -> Published:
    """Publish what was seen: on trial in one village or commune (its code), or with no unit for everybody.

    Raises what `read_form_offer` and `publish_checked` raise, NotFound ``form.no_offer`` for another seal.
    """
    sent, _ = _kept(services, account)
    tried = _tried(services, account, sent)
    if _seal(sent) != seal:
        raise NotFound("form.no_offer")
    audience = Audience("units", (unit,), is_trial=True) if unit else Audience()
    audience = replace(audience, allows_empty_lists=True)
    published = publish_checked(
        services, sent.project_id, tried.source, tried.checked, audience=audience, is_sensitive=False
    )
    drop_form_offer(services, account)
    return published


def give_to_all(services: Services, account: Account, version_id: int) -> PublishedVersion:
    """Let what was on trial be the version in force for everybody; raises NotFound ``form.unknown``."""
    version = _trial(services, account, version_id)
    with services.unit_of_work(services.operator()) as uow:
        uow.forms.put_in_force(version_id, version.form_key)
        uow.forms.raise_revision(version.project_id)
        _note(services, uow, account, version)
    return version


def end_trial(services: Services, account: Account, version_id: int) -> PublishedVersion:
    """Give those who tried a version the one in force again; what they sent is kept. Raises as `give_to_all`."""
    version = _trial(services, account, version_id)
    with services.unit_of_work(services.operator()) as uow:
        uow.forms.end_trial(version.form_key)
        uow.forms.raise_revision(version.project_id)
        _note(services, uow, account, version)
    return version


def drop_form_offer(services: Services, account: Account) -> None:
    """Keep what the account looked at no longer."""
    with services.unit_of_work(services.operator()) as uow:
        uow.forms.drop_offer(account.account_id)


def _note(services: Services, uow: UnitOfWork, account: Account, version: PublishedVersion) -> None:
    told = form_deed(
        DeedKind.FORM_PUBLISHED,
        version.version_id,
        form_id=version.form_id,
        version=version.version,
        is_sensitive=version.is_sensitive,
    )
    note_deeds(services, uow, account, told)


def _trial(services: Services, account: Account, version_id: int) -> PublishedVersion:
    with services.reading(services.operator()) as uow:
        version = uow.forms.version_by_id(version_id)
    if version is None or not version.is_trial or version.is_sensitive:
        raise NotFound("form.unknown", form=str(version_id))
    _authorise(services, account, version.project_id)
    return version


def _tried(services: Services, account: Account, sent: SentForm) -> _Tried:
    """Return the form with the files it had before and those that were sent; raises FormRefused."""
    source = FormSource(sent.workbook, kind_of(sent.file_name), dict(sent.beside), by=account)
    with _Remembering() as converter:
        with services.reading(services.operator()) as uow:
            current = tuple(uow.forms.current(sent.project_id))
            known = uow.forms.kept_files([one.version_id for one in current])
        earlier = {name: known[key, name] for one in current for key, name in known if key == one.version_id}
        source = replace(source, files={**earlier, **sent.beside})
        return _Tried(current, source, check_form(services, source, converter, is_sensitive=False))


class _Remembering(Converter):
    """A converter that converts what somebody looks at, and looks at again, once and not each time."""

    def outcome(self, source: Source) -> Converted | Refused:
        """Return what becomes of *source*; what was refused is tried again, for a child may have been killed."""
        said = hashlib.sha256(f"{source.kind.value} {len(source.content)}\0".encode() + source.content)
        said.update(b"" if source.measures is None else b"\0" + source.measures)
        try:
            return _converted(KnownByHash(said.hexdigest(), partial(super().outcome, source)))
        except FormRefused as refused:
            return Refused(tuple(refused.faults))


@lru_cache(maxsize=4)
def _converted(source: KnownByHash[Converted | Refused]) -> Converted:
    outcome = source.read()
    if isinstance(outcome, Refused):
        raise FormRefused(outcome.faults)
    return outcome


def _offered(services: Services, sent: SentForm, tried: _Tried, project_name: str) -> FormOffered:
    here, today, definition = services.atlas.current(), services.today(), tried.checked.definition
    with services.reading(services.operator()) as uow:
        known = uow.forms.version(sent.project_id, definition.form_id, definition.version)
    before = next((one for one in tried.current if one.form_id == definition.form_id), None)
    old = services.shelf.version_by_id(before.version_id).definition if before else None
    communes = here.territory.units_of_level(Level.COMMUNE, today)
    return FormOffered(
        _seal(sent),
        project_name,
        definition.form_id,
        definition.version,
        definition.title,
        before,
        changes(old, definition) if old else (),
        additions(old, definition) if old else (),
        tried.checked.warnings,
        known is not None,
        tuple(unit for one in communes for unit in (one, *here.territory.children(one.unit_id, today))),
    )


def _kept(services: Services, account: Account) -> tuple[SentForm, str]:
    """Return the form that is looked at, and the name of its project."""
    here, today = services.atlas.current(), services.today()
    authorise(account, _PERMISSION, scope_of=here.scope_of, on=today)
    with services.reading(services.operator()) as uow:
        kept = uow.forms.offer(account.account_id)
    if kept is None:
        raise NotFound("form.no_offer")
    project_name = _authorise(services, account, kept.project_id)
    with ZipFile(BytesIO(kept.bundle)) as parts:
        beside = {one.removeprefix(_BESIDE): parts.read(one) for one in parts.namelist() if one.startswith(_BESIDE)}
        return SentForm(kept.project_id, kept.file_name, parts.read(_WORKBOOK), beside), project_name


def _packed(sent: SentForm) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as parts:
        parts.writestr(_WORKBOOK, sent.workbook)
        for name, content in sent.beside.items():
            parts.writestr(_BESIDE + name, content)
    return packed.getvalue()


def _seal(sent: SentForm) -> str:
    said = hashlib.sha256(f"{sent.project_id} {sent.file_name}".encode() + b"\0" + sent.workbook)
    for name, content in sorted(sent.beside.items()):
        said.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return said.hexdigest()


def _authorise(services: Services, account: Account, project_id: int) -> str:
    """Let administrators of every province through to a main project, and return its name."""
    here, today = services.atlas.current(), services.today()
    for province in here.territory.units_of_level(Level.PROVINCE, today):
        authorise(account, _PERMISSION, province.unit_id, scope_of=here.scope_of, on=today)
    with services.reading(services.operator()) as uow:
        project = uow.projects.by_id(project_id)
    if project is None or project.kind != "main":
        raise NotFound("project.unknown", project=project_id)
    return project.name
