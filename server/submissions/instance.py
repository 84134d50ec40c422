"""Reading what a device sent: the instance document and the files its answers name.

Everything is matched by local name, for devices and older forms differ in the namespaces they write. What the answers
mean is for others; nothing here knows whether the form exists.
Source: ODK XForms specification, Metadata; OpenRosa Metadata Schema.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from server.errors import InvalidInput
from server.forms.definition import Datatype, NodeKind
from server.forms.xml_reader import attributes, first_child, local_name, read_xml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lxml.etree import _Element

    from server.forms.definition import FormDefinition


MAX_NAME = 255
"""Of an id or a file name, as the tables keep it."""
_DIGEST_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance document as it came in; ids are verbatim, ``uuid:`` included, unless `shortened`."""

    form_id: str
    form_version: str
    """Empty if the document names none."""
    instance_id: str
    """Empty if the document has none."""
    deprecated_id: str | None
    """The instanceID this one replaces, None unless it is an edit."""
    instance_name: str | None
    root: _Element = field(repr=False, compare=False)
    xml: bytes = field(repr=False)
    sha256: str

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids of the submissions it may belong to: its own and the one it replaces."""
        return (self.instance_id,) if self.deprecated_id is None else (self.instance_id, self.deprecated_id)


@dataclass(frozen=True, slots=True)
class BinaryName:
    """A file name an answer holds; *key* is its NFC form, for phones and desktops disagree on how to write accents."""

    path: str
    """Absolute, with [n] on every repeat instance and nowhere else."""
    name: str
    key: str


def read_instance(xml: bytes) -> Instance:
    """Return the instance those bytes hold.

    Raises what `read_xml` raises, and InvalidInput ``submission.no_form_id``.
    """
    root = read_xml(xml)
    named = attributes(root)
    form_id = named.get("id", "").strip()
    if not form_id:
        raise InvalidInput("submission.no_form_id")
    return Instance(
        form_id=form_id,
        form_version=named.get("version", ""),
        instance_id=shortened(_meta_text(root, "instanceID") or ""),
        deprecated_id=shortened(_meta_text(root, "deprecatedID") or "") or None,
        instance_name=_meta_text(root, "instanceName"),
        root=root,
        xml=xml,
        sha256=hashlib.sha256(xml).hexdigest(),
    )


def name_key(name: str) -> str:
    """Return the form in which two spellings of one file name are equal, at most `MAX_NAME` long."""
    return shortened(unicodedata.normalize("NFC", name))


def kept_name(name: str) -> str:
    """Return a file name as it came, or its key when it is too long to keep; its key stays the same."""
    return name if len(name) <= MAX_NAME else name_key(name)


def shortened(text: str) -> str:
    """Return *text*, or, when it is longer than `MAX_NAME`, its beginning with a digest of all of it.

    A phone cannot mend a name that is too long, so it is never refused: the same text is always shortened to the same,
    another to another.
    """
    if len(text) <= MAX_NAME:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH]
    return f"{text[: MAX_NAME - _DIGEST_LENGTH - 1]}#{digest}"


def binary_names(root: _Element, definition: FormDefinition) -> tuple[BinaryName, ...]:
    """Return the file names in *root*, in document order: of every binary question, and of ``meta/audit``."""
    wanted = {path for path, node in definition.nodes.items() if node.datatype is Datatype.BINARY}
    wanted.add(f"{definition.root.path}/meta/audit")
    walk = _Walk(frozenset(wanted), _branches(wanted), definition)
    path = "/" + local_name(root)
    return tuple(BinaryName(place, name, name_key(name)) for place, name in walk.under(root, path, path))


def _branches(wanted: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return, by path, the tags of the children on the way to something wanted; libxml2 finds those by itself."""
    names: dict[str, dict[str, None]] = {}
    for path in wanted:
        while path.count("/") > 1:
            path, _, name = path.rpartition("/")  # noqa: PLW2901  # one step up
            names.setdefault(path, {})[f"{{*}}{name}"] = None
    return {path: tuple(tags) for path, tags in names.items()}


def _meta_text(root: _Element, name: str) -> str | None:
    """Return the text of a metadata element, in ``meta`` or straight below the root, None if missing or blank."""
    for parent in (first_child(root, "meta"), root):
        found = None if parent is None else first_child(parent, name)
        text = "" if found is None else (found.text or "").strip()
        if text:
            return text
    return None


@dataclass(frozen=True, slots=True)
class _Walk:
    """A walk that enters only the branches in which a wanted path lies."""

    wanted: frozenset[str]
    branches: Mapping[str, tuple[str, ...]]
    definition: FormDefinition

    def under(self, parent: _Element, plain: str, numbered: str) -> Iterator[tuple[str, str]]:
        """Yield the numbered path and text of every wanted leaf; *plain* is the parent's path without positions."""
        seen: dict[str, int] = {}
        for child in parent.iterchildren(*self.branches.get(plain, ())):
            name = local_name(child)
            path = f"{plain}/{name}"
            seen[path] = seen.get(path, 0) + 1
            place = f"{numbered}/{name}[{seen[path]}]" if self._repeats(path) else f"{numbered}/{name}"
            text = (child.text or "").strip()
            if path in self.wanted and text:
                yield place, text
            if path in self.branches:
                yield from self.under(child, path, place)

    def _repeats(self, path: str) -> bool:
        node = self.definition.nodes.get(path)
        return node is not None and node.kind is NodeKind.REPEAT
