"""The paper blank of a form: what to print so that a survey can be held when there is no phone to hold it with.

A pure model, in the order of the form: sections, numbered questions, grids of questions that share their choices,
tables for repeats, and the skips in words. It knows neither HTML nor page sizes; see `server.forms.paper_html`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from server.errors import Forbidden
from server.forms.compatibility import choices_of
from server.forms.conditions import Wording
from server.forms.definition import ControlKind, Datatype, NodeKind
from server.forms.skips import Skips, skips_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from server.forms.definition import FormDefinition, Node
    from server.language.catalogue import Catalogue, Language

_GRID_CHOICES = 6
_SCALE_STEPS = 11


@dataclass(frozen=True, slots=True)
class Ticks:
    """Choices to tick: one, several, or to be numbered in order (*is_order*)."""

    labels: tuple[str, ...]
    is_several: bool = False
    is_order: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """Room to write; *kind* names the sentence ``form.paper.line.<kind>`` that stands in it."""

    kind: str


Room: TypeAlias = Ticks | Line


@dataclass(frozen=True, slots=True)
class Question:
    """One numbered question; *only_if* stands above it, *skips* below."""

    number: int
    label: str
    hint: str
    room: Room
    is_required: bool
    only_if: str = ""
    skips: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to read out or to mind, without an answer."""

    text: str
    only_if: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """Neighbouring questions with the same few choices, one row each."""

    labels: tuple[str, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A repeat: the same questions for each member, visit or document, several times over."""

    title: str
    questions: tuple[Question, ...]
    only_if: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A group of the form."""

    title: str
    blocks: tuple[Block, ...]
    only_if: str = ""


Block: TypeAlias = "Question | Remark | Grid | Table | Section"


@dataclass(frozen=True, slots=True)
class Blank:
    """The whole blank in one language."""

    title: str
    form_id: str
    version: str
    language: Language
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class _Printing:
    """What is at hand while the blank is laid out."""

    definition: FormDefinition
    language: Language
    numbers: dict[str, int]
    skips: Skips


def paper_blank(definition: FormDefinition, catalogue: Catalogue, *, is_sensitive: bool, language: Language) -> Blank:
    """Return the blank of *definition*.

    Raises Forbidden ``form.never_on_paper`` for a sensitive form: paper lies about, and tells who was asked what.
    """
    if is_sensitive:
        raise Forbidden("form.never_on_paper", form_id=definition.form_id)
    numbers = {node.path: number for number, node in enumerate(filter(_is_asked, definition.root.walk()), start=1)}
    skips = skips_of(definition, Wording(definition, numbers, catalogue, language))
    printing = _Printing(definition, language, numbers, skips)
    blocks = _blocks(definition.root.children, printing)
    return Blank(definition.title, definition.form_id, definition.version, language, blocks)


def _is_asked(node: Node) -> bool:
    return node.kind is NodeKind.LEAF and node.control.kind is not ControlKind.NONE and not _is_note(node)


def _is_note(node: Node) -> bool:
    return node.control.kind is ControlKind.INPUT and node.readonly in ("true()", "1")


def _blocks(nodes: Sequence[Node], printing: _Printing) -> tuple[Block, ...]:
    return tuple(_gridded([block for node in nodes for block in _block(node, printing)]))


def _block(node: Node, printing: _Printing) -> Iterator[Block]:
    only_if = printing.skips.above.get(node.path, "")
    title = node.label.in_language(printing.language)
    if _is_note(node):
        yield Remark(title, only_if)
    elif node.path in printing.numbers:
        yield _question(node, printing)
    elif node.kind is NodeKind.REPEAT:
        questions = tuple(_inside(node, printing))
        yield from [Table(title, questions, only_if)] if questions else []
    elif node.kind is NodeKind.GROUP:
        blocks = _blocks(node.children, printing)
        yield from [Section(title, blocks, only_if)] if blocks else []


def _inside(repeat: Node, printing: _Printing) -> Iterator[Question]:
    """Yield the questions of a repeat; what stands above a group inside goes to the first question of the group."""
    above = ""
    for node in repeat.walk():
        if node.path in printing.numbers:
            question = _question(node, printing)
            yield replace(question, only_if=question.only_if or above)
            above = ""
        elif node is not repeat:
            above = printing.skips.above.get(node.path, above)


def _question(node: Node, printing: _Printing) -> Question:
    number = printing.numbers[node.path]
    return Question(
        number=number,
        label=node.label.in_language(printing.language),
        hint=node.hint.in_language(printing.language),
        room=_room(node, printing),
        is_required=bool(node.required) and node.required != "false()",
        only_if=printing.skips.above.get(node.path, ""),
        skips=printing.skips.below.get(number, ()),
    )


def _room(node: Node, printing: _Printing) -> Room:
    control = node.control
    labels = tuple(one.label.in_language(printing.language, one.value) for one in choices_of(node, printing.definition))
    if control.kind.is_choosing:
        several, ordered = control.kind is ControlKind.SELECT_MULTIPLE, control.kind is ControlKind.RANK
        return Ticks(labels, is_several=several, is_order=ordered) if labels else Line("list")
    if control.kind is ControlKind.RANGE:
        return _scale(node)
    return Line(_line_kind(node))


def _scale(node: Node) -> Room:
    """Return the steps of a range as ticks, or a number to write where they are many or not whole."""
    control = node.control
    try:
        start, end, step = int(control.range_start), int(control.range_end), int(control.range_step or 1)
    except ValueError:
        return Line("number")
    steps = range(start, end + (1 if step > 0 else -1), step) if step else range(0)
    return Ticks(tuple(str(value) for value in steps)) if 0 < len(steps) <= _SCALE_STEPS else Line("number")


def _line_kind(node: Node) -> str:
    appearance = node.control.appearance.split()
    match node.control.kind, node.datatype:
        case ControlKind.TRIGGER, _:
            return "seen"
        case ControlKind.UPLOAD, _:
            return "photo" if node.control.mediatype.startswith("image") else "attachment"
        case _, Datatype.INTEGER | Datatype.DECIMAL:
            return "number"
        case _, Datatype.DATE | Datatype.DATETIME:
            return "year" if "year" in appearance else "month" if "month-year" in appearance else "date"
        case _, Datatype.TIME:
            return "time"
        case _, Datatype.GEOPOINT | Datatype.GEOTRACE | Datatype.GEOSHAPE:
            return "place"
        case _:
            return "lines" if "multiline" in appearance else "text"


def _gridded(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield the blocks, runs of two and more questions with the same few choices put into one grid."""
    for shared, run in groupby(blocks, _shared_choices):
        neighbours = list(run)
        questions = tuple(block for block in neighbours if isinstance(block, Question))
        if shared and len(questions) > 1:
            yield Grid(shared, questions)
        else:
            yield from neighbours


def _shared_choices(block: Block) -> tuple[str, ...]:
    """Return the choices by which *block* may share a grid, none if it stands alone."""
    match block:
        case Question(room=Ticks(labels, False, False), only_if="", skips=()) if len(labels) <= _GRID_CHOICES:
            return labels
        case _:
            return ()
