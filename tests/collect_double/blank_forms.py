"""The blank forms on the phone, and what a check of the server in match_exactly mode does to them.

Whatever goes wrong with the list itself changes nothing on the phone; a form that fails leaves the others alone.
Sources: ODK Collect v2026.3 ServerFormUseCases, ServerFormsSynchronizer, ServerFormDownloader, OpenRosaXmlFetcher.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from urllib.parse import quote, urlsplit

from .entity_store import EntityStore
from .openrosa_xml import (
    APPROVAL_LIST,
    InvalidAnswer,
    ListedFile,
    ListedForm,
    read_form_head,
    read_form_list,
    read_integrity,
    read_manifest,
)
from .wire import Response


@dataclass(frozen=True, slots=True)
class BlankForm:
    """A form version on the phone: the bytes as downloaded and its media folder."""

    form_id: str
    version: str | None
    title: str
    xform: bytes
    media: Mapping[str, bytes]
    hidden: bool = False

    @property
    def hash(self) -> str:
        return md5(self.xform)


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one check did. ``error`` is set where the list could not be used; then nothing has changed.

    ``rechecked`` names forms with entity lists that were fetched again though nothing of theirs had changed: Collect
    cannot tell in advance, and does so at every check. ``mismatched`` names files and forms whose bytes are not those
    the server's hash promised: Collect keeps them and downloads them again at every check.
    """

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    rechecked: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)
    mismatched: tuple[str, ...] = ()
    error: str | None = None


class State(Enum):
    """How a listed form stands to the phone."""

    ON_DEVICE = "on device"
    NEW = "new"
    UPDATED_VERSION = "updated version"
    UPDATED_HASH = "updated hash"
    UPDATED_MEDIA = "updated media"


@dataclass(frozen=True, slots=True)
class Offer:
    """A listed form with its manifest (None where there is none or it could not be read)."""

    listed: ListedForm
    manifest: tuple[ListedFile, ...] | None


class FormFailed(Exception):
    """One form could not be downloaded."""


@dataclass(slots=True)
class FormShelf:
    """The phone's blank forms and its entities; *fetch* is a GET with the device's id in the address."""

    fetch: Callable[[str], Response]
    forms: list[BlankForm] = field(default_factory=list)
    entities: EntityStore = field(default_factory=EntityStore)
    _mismatched: list[str] = field(default_factory=list)

    def match_exactly(self, form_list_url: str, in_use: set[tuple[str, str | None]]) -> SyncReport:
        """Make the shelf equal to the server's list. Forms (id, version) *in_use* are hidden instead of deleted."""
        self._mismatched = []
        try:
            offers = [self._offer(listed) for listed in read_form_list(self._xml(form_list_url))]
        except (InvalidAnswer, FormFailed, ConnectionError) as error:
            return SyncReport(error=str(error))
        removed = self._remove_unlisted({offer.listed.form_id for offer in offers}, in_use)
        changed: dict[State, list[str]] = {state: [] for state in State}
        rechecked: list[str] = []
        failed: dict[str, str] = {}
        for offer in offers:
            state = self._state(offer)
            if state is State.ON_DEVICE:
                continue
            try:
                has_news = self._download(offer)
                of_its_kind = changed[state] if has_news or state is not State.UPDATED_MEDIA else rechecked
                of_its_kind.append(offer.listed.form_id)
            except (FormFailed, InvalidAnswer, ConnectionError) as error:
                failed[offer.listed.form_id] = str(error)
        updated = changed[State.UPDATED_VERSION] + changed[State.UPDATED_HASH] + changed[State.UPDATED_MEDIA]
        return SyncReport(
            added=tuple(changed[State.NEW]),
            updated=tuple(updated),
            removed=removed,
            rechecked=tuple(rechecked),
            failed=failed,
            mismatched=tuple(dict.fromkeys(self._mismatched)),
        )

    def _xml(self, url: str) -> bytes:
        response = self._ok(url)
        kind = response.header("Content-Type")
        if kind is not None and "text/xml" not in kind.lower():
            raise FormFailed(f"content type {kind} is not text/xml")
        if response.header("X-OpenRosa-Version") is None:
            raise FormFailed("the server does not implement OpenRosa: no X-OpenRosa-Version")
        return response.body

    def _ok(self, url: str) -> Response:
        response = self.fetch(url)
        if response.status != 200:
            raise FormFailed(f"the server returned status code {response.status}")
        return response

    def _offer(self, listed: ListedForm) -> Offer:
        if listed.manifest_url is None:
            return Offer(listed, None)
        try:
            return Offer(listed, tuple(read_manifest(self._xml(listed.manifest_url))))
        except (InvalidAnswer, FormFailed, ConnectionError):
            # Collect swallows a broken manifest: the form is installed without its media.
            return Offer(listed, None)

    def _remove_unlisted(self, listed_ids: set[str], in_use: set[tuple[str, str | None]]) -> tuple[str, ...]:
        gone = [form for form in self.forms if form.form_id not in listed_ids and not form.hidden]
        for form in gone:
            self._delete(form, in_use)
        return tuple(dict.fromkeys(form.form_id for form in gone))

    def _delete(self, form: BlankForm, in_use: set[tuple[str, str | None]]) -> None:
        self.forms.remove(form)
        if (form.form_id, form.version) in in_use:
            self.forms.append(replace(form, hidden=True))

    def _state(self, offer: Offer) -> State:
        listed = offer.listed
        same_bytes = [form for form in self.forms if listed.hash is not None and form.hash == listed.hash]
        if same_bytes:
            if all(form.hidden for form in same_bytes):
                return State.NEW
            return State.UPDATED_MEDIA if self._has_other_media(same_bytes[0], offer) else State.ON_DEVICE
        same_id = [form for form in self.forms if form.form_id == listed.form_id and not form.hidden]
        if not same_id:
            return State.NEW
        if listed.hash is None:
            return State.ON_DEVICE
        same_version = any(form.version == listed.version for form in same_id)
        return State.UPDATED_HASH if same_version else State.UPDATED_VERSION

    def _has_other_media(self, form: BlankForm, offer: Offer) -> bool:
        present = {md5(content) for content in form.media.values()}
        wanted = [file for file in offer.manifest or () if not file.file_name.endswith(".zip")]
        return any(file.hash not in present for file in wanted)

    def _download(self, offer: Offer) -> bool:
        """Download a form with its files and tell whether any file or list was new."""
        listed = offer.listed
        if listed.hash is None:
            raise FormFailed("the server did not provide a hash for this form")
        try:
            xform = self._ok(listed.download_url).body
            head = read_form_head(xform)
            if md5(xform) != listed.hash:
                self._mismatched.append(listed.form_id)
            media, has_news = self._media(offer)
        finally:
            # Collect deletes other bytes of the same id and version even when the download failed.
            self.forms = [form for form in self.forms if not _is_superseded(form, listed)]
        self.forms = [form for form in self.forms if form.hash != md5(xform)]
        self.forms.append(BlankForm(head.form_id, head.version, head.title, xform, media))
        return has_news

    def _media(self, offer: Offer) -> tuple[dict[str, bytes], bool]:
        at_hand = {
            name: c for form in self.forms if form.form_id == offer.listed.form_id for name, c in form.media.items()
        }
        media = {}
        has_news = False
        for file in offer.manifest or ():
            if file.list_type is not None:
                has_news |= self._take_entities(file)
                continue
            content = at_hand.get(file.file_name)
            if content is None or md5(content) != file.hash:
                content = self._ok(file.download_url).body
                has_news = True
            if md5(content) != file.hash:
                self._mismatched.append(file.file_name)
            media[file.file_name] = content
        return media, has_news

    def _take_entities(self, file: ListedFile) -> bool:
        """Take a list into the phone's own store, where its version is new, and tell whether it was.

        Entities made here that the server has never listed are asked about in one request, whatever their number, new
        version or not; where that fails, the form fails.
        """
        name = file.file_name.partition(".csv")[0]
        is_new = self.entities.hash(name) != file.hash
        if is_new:
            content = self._ok(file.download_url).body
            needs_approval = file.list_type == APPROVAL_LIST
            self.entities.import_list(name, content, list_hash=file.hash, needs_approval=needs_approval)
        asked = self.entities.offline_ids(name)
        if file.integrity_url is not None and asked:
            states = read_integrity(self._xml(with_query(file.integrity_url, "id", ",".join(asked))))
            self.entities.remove(name, [one for one, is_deleted in states.items() if is_deleted])
        return is_new


def _is_superseded(form: BlankForm, listed: ListedForm) -> bool:
    return (form.form_id, form.version) == (listed.form_id, listed.version) and form.hash != listed.hash


def with_query(url: str, name: str, value: str) -> str:
    """Return the URL with one more query parameter, escaped as Android does."""
    joint = "&" if urlsplit(url).query else "?"
    return f"{url}{joint}{name}=" + quote(value, safe="_-!.~'()*")


def md5(content: bytes) -> str:
    """Return the MD5 of bytes in hex, as OpenRosa hashes want it."""
    return hashlib.md5(content).hexdigest()
