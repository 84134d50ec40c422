"""Measures: the countable things one form yields, as the form's own workbook says them.

A form carries a sheet ``measures`` next to survey and choices, one row per measure, in the form's expression language:

    name, label::vi, label::en   what it is called; the code is ``form_id.name``
    over       a repeat or select_multiple, ``${victim}``: one contribution for each element; empty: one for the record
    where      who belongs to it (true()); in a select_multiple ``.`` is the selected value
    value      how much (1)
    subject    who is counted once (the instanceID), such as ``${household_id}``;
               the same as *place*: the unit itself, whatever other unit had its code before
    combine    latest (default) | any | sum, see `contribution`
    date       the day that decides the period (the record's event date)
    place      a unit's code (the record's unit)
    by         select_one questions to break it down by, comma-separated (see `breakdowns`); the select_multiple of
               *over* may be one
    continues  the name of a measure of earlier versions that this one goes on under another name: its figures stay one
               row through the change
    joins      a pool: what *any* record of several forms says of a subject is also counted once as ``pool.<name>``

Expressions are compiled once. Every fault of the sheet is found in one go; reading answers is for `contributions`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.forms.definition import ControlKind, NodeKind, Text
from server.forms.faults import Fault
from server.forms.logic import Expression, LogicError, compile_expression, substitute_references
from server.forms.logic.syntax import Base
from server.forms.sheets import Row, Sheet
from server.indicators.breakdowns import Breakdown, read_entry
from server.indicators.cells import missing_columns, repeated, rows_of
from server.indicators.contribution import POOL, Combine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from server.forms.definition import FormDefinition, Node
    from server.indicators.cells import Cells

MEASURES: Final = "measures"
_COLUMNS: Final = ("name", "label::vi")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")
_QUESTION: Final = re.compile(r"\$\{\s*([^{}\s]+)\s*\}")
_OF_NAMES: Final = frozenset({"logic.unknown_question", "logic.ambiguous_question"})
_CHOICE_NAME: Final = "jr:choice-name"
_SHOWN: Final = 120
_COMBINES: Final = {one.value: one for one in Combine}


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure, ready to be read off a record; an expression that is None stands for its default."""

    code: str
    label: Text
    over: Expression | None
    over_selected: bool
    """Whether *over* names a select_multiple, whose selected values are gone through."""
    where: Expression | None
    value: Expression | None
    subject: Expression | None
    combine: Combine
    date: Expression | None
    place: Expression | None
    by: tuple[Breakdown, ...]
    pool: str = ""
    """The measure of the pool it joins, ``pool.<name>``; empty for none."""

    @property
    def is_of_its_place(self) -> bool:
        """Tell whether what is counted once is the place itself."""
        return self.subject is not None and self.subject is self.place


@dataclass(frozen=True, slots=True)
class MeasuresRead:
    """The measures of a sheet; with any *faults* the form is not to be published."""

    measures: tuple[Measure, ...]
    faults: tuple[Fault, ...]


def read_measures(sheet: Sheet, definition: FormDefinition, *, is_sensitive: bool = False) -> MeasuresRead:
    """Return the measures *sheet* defines for the form, with every fault of the sheet.

    Fault codes: ``measure.no_column``, ``.empty_cell``, ``.bad_name``, ``.repeated``, ``.unknown_word``, ``.bad_over``,
    ``.bad_by``, ``.unknown_choice``, ``.unknown_question``, ``.ambiguous_question``, ``.reserved_form``, ``.bad_pool``,
    ``.pool_combine``, ``.pool_subject``, ``.pool_twice``, ``.pool_sensitive``, and ``form.logic.*`` for expressions
    that cannot work.
    """
    if not sheet.rows:
        return MeasuresRead((), ())
    faults = missing_columns(sheet, _COLUMNS, "measure.no_column")
    if definition.form_id == POOL:
        faults.append(Fault("measure.reserved_form", {"form": POOL}, sheet=sheet.name))
    if faults:
        return MeasuresRead((), tuple(faults))
    rows = list(rows_of(sheet))
    form = _Form(definition, {}, is_sensitive)
    found = [_measure(cells, form) for cells in rows]
    faults = [fault for cells in rows for fault in cells.faults]
    faults += repeated(((cells, _kept_name(cells)) for cells in rows), "name", "measure.repeated")
    faults += repeated(((cells, cells.text("joins")) for cells in rows), "joins", "measure.pool_twice")
    return MeasuresRead(tuple(filter(None, found)), tuple(faults))


def states_in(form_id: str, rows: Sequence[Sequence[str]]) -> frozenset[str]:
    """Return the codes of those measures of a kept sheet that say how a place stands.

    Their subject is the place and the latest counts (see `Measure.is_of_its_place`); *rows* are as `measures_of` has
    them. The form itself is not needed, so that whoever adds figures up can ask.
    """
    return frozenset(
        f"{form_id}.{_kept_name(cells)}"
        for cells in rows_of(sheet_of(rows))
        if _place_in(cells, "subject") == _place_in(cells, "place") != ""
        and cells.text("combine", Combine.LATEST).lower() == Combine.LATEST
    )


def _place_in(cells: Cells, column: str) -> str:
    """Return an expression so that two ways to write the same question are one."""
    return _QUESTION.sub(r"${\1}", cells.text(column)).strip()


def measures_of(rows: Sequence[Sequence[str]], definition: FormDefinition) -> tuple[Measure, ...]:
    """Return the measures of a published version from its sheet as kept: *rows* of texts, header first."""
    return read_measures(sheet_of(rows), definition).measures


def paths_read(measures: Iterable[Measure], root: str) -> frozenset[str] | None:
    """Return the absolute paths of all that *measures* read of a record whose root is at *root*; None if any may be."""
    found: set[str | None] = set()
    for one in measures:
        over = _paths_in(one.over, root) if one.over else set()
        found |= over
        for host in over or (root,):
            for expression in (one.where, one.value, one.subject, one.date, one.place, *(by.answer for by in one.by)):
                if expression is not None and host is not None:
                    found |= _paths_in(expression, host)
    paths = frozenset(path for path in found if path is not None)
    return paths if len(paths) == len(found) else None


def _paths_in(expression: Expression, host: str) -> set[str | None]:
    """Return the paths it reads, evaluated at *host*; among them None if what it reads is not all said in paths."""
    if _CHOICE_NAME in expression.functions:
        return {None}
    return {one.absolute(host) for one in expression.references if one.base is not Base.INSTANCE}


def sheet_of(rows: Sequence[Sequence[str]]) -> Sheet:
    """Return rows of texts, header first, as the sheet they were."""
    header = tuple(rows[0]) if rows else ()
    return Sheet(
        MEASURES,
        tuple(column for column in header if column),
        tuple(
            Row(number, {column: cell for column, cell in zip(header, row, strict=False) if column and cell})
            for number, row in enumerate(rows[1:], start=2)
            if any(row)
        ),
    )


def _measure(cells: Cells, form: _Form) -> Measure | None:
    for column, name in (
        ("name", cells.required("name", "measure.empty_cell")),
        ("continues", cells.text("continues")),
    ):
        if name and not _NAME.fullmatch(name):
            cells.refuse("measure.bad_name", column, given=name)
    label = cells.required("label::vi", "measure.empty_cell")
    over = _over(cells, form)
    combine = cells.choice("combine", _COMBINES, "measure.unknown_word", Combine.LATEST)
    host = over.path if over else form.definition.root.path
    measure = Measure(
        code=f"{form.definition.form_id}.{_kept_name(cells)}",
        label=Text((("vi", label), ("en", cells.text("label::en", label)))),
        over=form.compiled(over.path) if over else None,
        over_selected=over is not None and over.kind is NodeKind.LEAF,
        where=_expression(cells, "where", form, host),
        value=_expression(cells, "value", form, host),
        subject=_expression(cells, "subject", form, host),
        combine=combine or Combine.LATEST,
        date=_expression(cells, "date", form, host),
        place=_expression(cells, "place", form, host),
        by=_by(cells, form, over),
        pool=_pool(cells, form, combine),
    )
    return None if cells.faults else measure


def _kept_name(cells: Cells) -> str:
    """Return the name the row's figures are kept under: the one they bore first."""
    return cells.text("continues") or cells.text("name")


@dataclass(frozen=True, slots=True)
class _Form:
    """The form measures are read for; equal sources are compiled once, so that they are also evaluated once."""

    definition: FormDefinition
    by_source: dict[str, Expression]
    is_sensitive: bool

    def compiled(self, source: str) -> Expression:
        if source not in self.by_source:
            self.by_source[source] = compile_expression(source)
        return self.by_source[source]

    def written_out(self, source: str) -> str:
        return substitute_references(source, self.definition).strip()

    def question(self, reference: str) -> Node | None:
        """Return the node that ``${name}``, alone in its cell, stands for."""
        if not _QUESTION.fullmatch(reference):
            return None
        return self.definition.nodes.get(self.written_out(reference))


def _over(cells: Cells, form: _Form) -> Node | None:
    source = cells.text("over")
    if not source:
        return None
    try:
        node = form.question(source)
    except LogicError as error:
        _refuse_expression(cells, "over", error)
        return None
    if node is not None and (node.kind is NodeKind.REPEAT or node.control.kind is ControlKind.SELECT_MULTIPLE):
        return node
    cells.refuse("measure.bad_over", "over", given=source)
    return None


def _expression(cells: Cells, column: str, form: _Form, host: str) -> Expression | None:
    """Return the cell's expression, compiled; *host* is the path of the node it will be evaluated at."""
    source = cells.text(column)
    if not source:
        return None
    try:
        expression = form.compiled(form.written_out(source))
    except LogicError as error:
        _refuse_expression(cells, column, error)
        return None
    for reference in expression.references:
        if reference.base is Base.INSTANCE:
            if form.definition.instance(reference.instance_id) is None:
                cells.refuse("form.logic.unknown_list", column, list=reference.instance_id)
        elif (path := reference.absolute(host)) is not None and path not in form.definition.nodes:
            cells.refuse("form.logic.unknown_path", column, reference=path)
    return expression


def _by(cells: Cells, form: _Form, over: Node | None) -> tuple[Breakdown, ...]:
    written = [one.strip() for one in cells.text("by").split(",") if one.strip()]
    found = [_breakdown(cells, form, one, over) for one in written]
    return tuple(one for one in found if one is not None)


def _breakdown(cells: Cells, form: _Form, entry: str, over: Node | None) -> Breakdown | None:
    written = read_entry(entry)
    try:
        node = form.question(written.reference) if written else None
    except LogicError as error:
        _refuse_expression(cells, "by", error)
        return None
    if written is None or node is None or (node.control.kind is not ControlKind.SELECT_ONE and node is not over):
        cells.refuse("measure.bad_by", "by", given=entry)
        return None
    if unknown := written.unknown_choice(node, form.definition):
        cells.refuse("measure.unknown_choice", "by", choice=unknown, question=node.name)
        return None
    source = node.path if node.control.kind is ControlKind.SELECT_ONE else "."
    return written.of(node, form.compiled(source), form.definition)


def _pool(cells: Cells, form: _Form, combine: Combine | None) -> str:
    """Return the pool the row joins: only whether anything at all was so can be said by several forms together."""
    name = cells.text("joins")
    if not name:
        return ""
    if not _NAME.fullmatch(name):
        cells.refuse("measure.bad_pool", "joins", given=name)
    if combine is not Combine.ANY:
        cells.refuse("measure.pool_combine", "combine", pool=name)
    if not cells.text("subject"):
        cells.refuse("measure.pool_subject", "subject", pool=name)
    if form.is_sensitive:
        cells.refuse("measure.pool_sensitive", "joins", pool=name)
    return f"{POOL}.{name}"


def _refuse_expression(cells: Cells, column: str, error: LogicError) -> None:
    """Note that the cell's expression does not compile, or names a question that is not there or there twice."""
    said: dict[str, str | int] = {"expression": cells.text(column)[:_SHOWN]}
    said |= {name: value for name, value in error.params.items() if isinstance(value, str | int)}
    code = error.code.replace("logic.", "measure.") if error.code in _OF_NAMES else f"form.{error.code}"
    cells.refuse(code, column, **said)
