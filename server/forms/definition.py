"""The parsed XForm as a value: what every other room knows of a form.

`server.forms.xform` makes it from the bytes phones download; nothing here reads XML or decides anything.
Paths are absolute, made of local names, without positions: ``/data/visit/cost``.
Source: ODK XForms specification, https://getodk.github.io/xforms-spec/.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Language = str
"""An itext language as the form names it, such as ``Tiếng Việt (vi)``; empty where the form has no itext."""

_SECONDS: Final = re.compile(r"(?:[1-5]?[0-9]{1,2}(?:\.[0-9]+)?|600)", re.ASCII)


class Datatype(StrEnum):
    """What a bind says its node holds; selects are bound as strings, `Control` knows them."""

    STRING = "string"
    INTEGER = "int"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    DATETIME = "dateTime"
    GEOPOINT = "geopoint"
    GEOTRACE = "geotrace"
    GEOSHAPE = "geoshape"
    BARCODE = "barcode"
    BINARY = "binary"


class ControlKind(StrEnum):
    """How a person answers; NONE for calculates and metadata."""

    NONE = "none"
    INPUT = "input"
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    RANK = "rank"
    RANGE = "range"
    UPLOAD = "upload"
    TRIGGER = "trigger"

    @property
    def is_choosing(self) -> bool:
        """Tell whether the answer is of choices that are offered."""
        return self is ControlKind.SELECT_ONE or self.takes_several

    @property
    def takes_several(self) -> bool:
        """Tell whether an answer may hold several choices, with blanks between them."""
        return self is ControlKind.SELECT_MULTIPLE or self is ControlKind.RANK


class NodeKind(StrEnum):
    """What a node is in the primary instance's tree."""

    GROUP = "group"
    REPEAT = "repeat"
    LEAF = "leaf"


@dataclass(frozen=True, slots=True)
class Text:
    """A label, hint or message by language; a form without itext has the single language ``""``."""

    by_language: tuple[tuple[Language, str], ...] = ()

    def in_language(self, code: str, default: str = "") -> str:
        """Return the text for the two-letter *code* (``vi``), else the first there is, else *default*."""
        for language, text in self.by_language:
            if language.endswith(f"({code})") or language == code:
                return text
        return self.by_language[0][1] if self.by_language else default


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice: its value, its label and the further columns a choice_filter may read."""

    value: str
    label: Text
    columns: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Itemset:
    """Choices that come from a secondary instance, narrowed by *predicate* (source text, may be empty)."""

    instance_id: str
    predicate: str
    value_ref: str = "name"
    label_ref: str = "label"
    nodeset: str = ""
    """The path of a repeat the choices come from; then *instance_id* is empty."""
    rows: str = "root/item"
    """The way from the instance's document to its rows."""


@dataclass(frozen=True, slots=True)
class Control:
    """The body side of a question."""

    kind: ControlKind = ControlKind.NONE
    appearance: str = ""
    mediatype: str = ""
    choices: tuple[Choice, ...] = ()
    itemset: Itemset | None = None
    range_start: str = ""
    range_end: str = ""
    range_step: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """One node of the primary instance with its bind, control and children, in document order."""

    path: str
    name: str
    kind: NodeKind
    datatype: Datatype = Datatype.STRING
    label: Text = Text()
    hint: Text = Text()
    control: Control = Control()
    relevant: str = ""
    required: str = ""
    constraint: str = ""
    calculate: str = ""
    readonly: str = ""
    constraint_message: Text = Text()
    required_message: Text = Text()
    preload: str = ""
    preload_params: str = ""
    repeat_count: str = ""
    save_to: str = ""
    seconds_per_answer: str = ""
    """As the form writes it at its ``end``: quicker than that nobody asks its questions."""
    default: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    """What stands at it in the primary instance, by local name: an entity block's ``dataset`` and ``create``."""
    children: tuple[Node, ...] = ()

    @property
    def pace(self) -> float | None:
        """Return the seconds an answer takes at least; None where none are written, or what is no such number."""
        return float(self.seconds_per_answer) if _SECONDS.fullmatch(self.seconds_per_answer) else None

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class SecondaryInstance:
    """A choice list inside the form (*choices*) or a file beside it (*src*, such as ``jr://file-csv/units.csv``)."""

    instance_id: str
    src: str = ""
    choices: tuple[Choice, ...] = ()
    path: tuple[str, str] = ("root", "item")
    """The names of its root and of its rows."""
    value_ref: str = "name"
    """The column the choices have their values from."""

    def column(self, name: str) -> Iterator[str]:
        """Yield what the choices inside the form have in a column, empty where they have none."""
        is_value = name == self.value_ref
        return (one.value if is_value else dict(one.columns).get(name, "") for one in self.choices)

    @property
    def filename(self) -> str:
        """Return the name of the file it needs, empty for an inline list."""
        return self.src.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Action:
    """Something the phone does by itself at an event: ``setvalue``, ``setgeopoint`` or ``recordaudio``."""

    kind: str
    event: str
    path: str
    value: str = ""
    """The expression a ``setvalue`` computes, empty when it sets a fixed text."""
    trigger: str = ""
    """The path of the question it stands in, whose new answer brings it about; empty for one of the whole form."""


@dataclass(frozen=True, slots=True)
class AttributeBind:
    """A calculate on an attribute of a node, as entity blocks have (``/data/meta/entity``, ``id``)."""

    path: str
    attribute: str
    calculate: str


@dataclass(frozen=True, slots=True)
class FormDefinition:
    """One form version as its XForm says it."""

    form_id: str
    version: str
    title: str
    root: Node
    languages: tuple[Language, ...] = ()
    default_language: Language = ""
    instances: tuple[SecondaryInstance, ...] = ()
    media_names: tuple[str, ...] = ()
    """Names of every file the form refers to (images, audio, lists), without ``last-saved``."""
    submission_action: str = ""
    public_key: str = ""
    client_editable: bool = False
    entities_version: str = ""
    instance_name: str = ""
    """The expression of ``meta/instanceName``, empty if there is none."""
    nodes: Mapping[str, Node] = field(default_factory=dict)
    """Every node by path, the root included."""
    actions: tuple[Action, ...] = ()
    attribute_binds: tuple[AttributeBind, ...] = ()
    stray_paths: tuple[str, ...] = ()
    """Paths that binds and controls name although the primary instance has no such node."""
    outputs: tuple[str, ...] = ()
    """Expressions shown inside labels, each once."""

    def instance(self, instance_id: str) -> SecondaryInstance | None:
        """Return the secondary instance of that id."""
        return next((one for one in self.instances if one.instance_id == instance_id), None)

    def leaves(self) -> Iterator[Node]:
        """Yield the nodes that hold answers, in document order."""
        return (node for node in self.root.walk() if node.kind is NodeKind.LEAF)
