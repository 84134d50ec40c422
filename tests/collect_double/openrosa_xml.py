"""What Collect's parser accepts of formList, manifest, XForm heads and submission answers, and what it does not.

Strict where Collect is strict: one bad entry spoils the whole list. Sources: ODK Collect v2026.3
Kxml2OpenRosaResponseParser, FormMetadataParser, ResponseMessageParser.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath
from xml.etree import ElementTree as ET

FORM_LIST = "http://openrosa.org/xforms/xformsList"
MANIFEST = "http://openrosa.org/xforms/xformsManifest"
XHTML = "http://www.w3.org/1999/xhtml"
XFORMS = "http://www.w3.org/2002/xforms"
APPROVAL_LIST = "approvalEntityList"
LIST_TYPES = frozenset({"entityList", APPROVAL_LIST})


class InvalidAnswer(ValueError):
    """Collect says "The server provided an invalid response"."""


@dataclass(frozen=True, slots=True)
class ListedForm:
    """One xform of a formList; *hash* is the MD5 in hex, None where the server gave none Collect can use."""

    form_id: str
    name: str
    version: str | None
    hash: str | None
    download_url: str
    manifest_url: str | None


@dataclass(frozen=True, slots=True)
class ListedFile:
    """One mediaFile of a manifest; *list_type* is set for entity lists alone, and only these have an integrity URL."""

    file_name: str
    hash: str
    download_url: str
    list_type: str | None
    integrity_url: str | None


@dataclass(frozen=True, slots=True)
class FormHead:
    """What Collect reads from an XForm itself."""

    form_id: str
    version: str | None
    title: str


def read_form_list(body: bytes) -> list[ListedForm]:
    """Return the forms of a list; foreign elements are skipped, a form without id, name or address spoils it all."""
    return [_listed_form(element) for element in _children(body, FORM_LIST, "xforms", "xform")]


def read_manifest(body: bytes) -> list[ListedFile]:
    """Return the files of a manifest; a file without name, hash or address spoils it all."""
    return [_listed_file(element) for element in _children(body, MANIFEST, "manifest", "mediaFile")]


def read_integrity(body: bytes) -> dict[str, bool]:
    """Return which entities the server says are deleted, by id.

    Namespaces do not matter; a comment among the entities breaks the parser, as does any word but true and false.
    """
    root = _parsed(body, keep_comments=True)
    lists = [element for element in root if _local_name(element) == "entities"]
    if _local_name(root) != "data" or len(lists) != 1:
        raise InvalidAnswer("no single data/entities")
    states = {}
    for element in lists[0]:
        name = _local_name(element)
        if name is None:
            raise InvalidAnswer("a comment among the entities")
        if name == "entity":
            states[element.attrib.get("id", "")] = _deleted(element)
    return states


def read_form_head(xform: bytes) -> FormHead:
    """Return id, version and title of an XForm.

    Raises InvalidAnswer where Collect could not use the form.
    """
    root = _parsed(xform)
    title = root.findtext(f"{{{XHTML}}}head/{{{XHTML}}}title")
    instance = root.find(f".//{{{XFORMS}}}model/{{{XFORMS}}}instance")
    if not title or instance is None or len(instance) == 0:
        raise InvalidAnswer("no title or no instance in the form")
    primary = instance[0]
    versions = [value for name, value in primary.attrib.items() if name.rpartition("}")[2] == "version"]
    if "id" not in primary.attrib:
        raise InvalidAnswer("no form id")
    return FormHead(primary.attrib["id"], versions[0] if versions else None, title)


def submission_message(body: bytes) -> str | None:
    """Return the message of an OpenRosaResponse as Collect shows it, or None where it finds none."""
    if b"OpenRosaResponse" not in body:
        return None
    try:
        root = ET.fromstring(body)
    except ET.ParseError:
        return None
    # Collect looks for the tag "message" without a prefix, in whatever namespace.
    for element in root.iter():
        if element.tag.rpartition("}")[2] == "message":
            return element.text or ""
    return None


def _children(body: bytes, namespace: str, root_name: str, name: str) -> list[ET.Element]:
    root = _parsed(body)
    if _lowered(root.tag) != f"{{{namespace.lower()}}}{root_name}":
        raise InvalidAnswer(f"the root is {root.tag}")
    return [element for element in root if _lowered(element.tag) == f"{{{namespace.lower()}}}{name}"]


def _lowered(tag: str) -> str:
    """Namespaces are compared whatever their case, names are not."""
    namespace, brace, name = tag.rpartition("}")
    return namespace.lower() + brace + name


def _deleted(entity: ET.Element) -> bool:
    texts = [child.text for child in entity if _local_name(child) == "deleted"]
    if "id" not in entity.attrib or texts not in (["true"], ["false"]):
        raise InvalidAnswer(f"no id, or neither true nor false: {texts}")
    return texts == ["true"]


def _local_name(element: ET.Element) -> str | None:
    """Return the name without its namespace, None for a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else None


def _parsed(body: bytes, *, keep_comments: bool = False) -> ET.Element:
    try:
        return ET.fromstring(body, ET.XMLParser(target=ET.TreeBuilder(insert_comments=keep_comments)))
    except ET.ParseError as error:
        raise InvalidAnswer(str(error)) from error


def _texts(element: ET.Element) -> dict[str, str]:
    namespace = element.tag.rpartition("}")[0]
    texts = {}
    for child in element:
        child_namespace, _, name = child.tag.rpartition("}")
        if child_namespace.lower() != namespace.lower():
            continue
        if name == "hash" and not child.text:
            raise InvalidAnswer("an empty hash crashes Collect's parser")
        texts[name] = (child.text or "").strip()
    return texts


def _required(texts: dict[str, str], *names: str) -> None:
    missing = [name for name in names if not texts.get(name)]
    if missing:
        raise InvalidAnswer(f"without {', '.join(missing)}: {texts}")


def _listed_form(element: ET.Element) -> ListedForm:
    texts = _texts(element)
    _required(texts, "formID", "name", "downloadUrl")
    listed_hash = texts.get("hash", "")
    return ListedForm(
        form_id=texts["formID"],
        name=texts["name"],
        version=texts.get("version") or None,
        hash=listed_hash.removeprefix("md5:") if listed_hash.startswith("md5:") else None,
        download_url=texts["downloadUrl"],
        manifest_url=texts.get("manifestUrl") or None,
    )


def _listed_file(element: ET.Element) -> ListedFile:
    texts = _texts(element)
    _required(texts, "filename", "hash", "downloadUrl")
    return ListedFile(
        file_name=PurePosixPath(texts["filename"]).name,
        hash=texts["hash"][4:],
        download_url=texts["downloadUrl"],
        list_type=element.attrib.get("type") if element.attrib.get("type") in LIST_TYPES else None,
        integrity_url=texts.get("integrityUrl") or None,
    )
