"""What a list of records shows, to be kept in a file: the same filter, the same territory, a few records at a time.

Of one form, its answers are columns and each repeat is a table of its own; of all forms, there are only the columns
that every record has. Incidents are never among them. Who took how many is kept among the deeds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from server.access.deeds import Deed, DeedKind, Thing
from server.errors import InvalidInput, NotFound
from server.forms.definition import ControlKind, Datatype, NodeKind
from server.forms.xml_reader import read_xml
from server.operations.browse_submissions import ListedRecord, filters_of, lines_after, place_of, within
from server.operations.note_deeds import note_deeds, unit_of_posts
from server.operations.sights import Desk, sight_of
from server.storage.repositories.record_orders import Cursor
from server.submissions.answers import Answer, Section, read_answers
from server.submissions.choice_labels import ChoiceLabels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from server.access.actors import Account
    from server.forms.definition import FormDefinition, Node
    from server.language.catalogue import Language
    from server.operations.atlas import Map
    from server.operations.browse_submissions import Question
    from server.operations.services import Services
    from server.storage.repositories.record_lists import Filters
    from server.storage.repositories.records import RecordLine
    from server.storage.visible import Reading

    _Labels = Callable[[int, Iterable[str]], Mapping[tuple[str, str], str]]

MOST_RECORDS: Final = 100_000
RECORDS_A_STEP: Final = 200
_AT_FIRST: Final = 80
"""So many fill the first piece of a file, which somebody waits for."""
_POSITION: Final = re.compile(r"\[[0-9]+\]")
_UNITS_FILE: Final = "units.csv"
_NUMBERS: Final = frozenset({Datatype.INTEGER, Datatype.DECIMAL})

Value = str | Decimal | None
_Names = dict[tuple[int, str, str], str]
"""What entities are called, by project, list and id."""


@dataclass(frozen=True, slots=True)
class Speech:
    """How a file speaks: in one language with the form's own words, or in the names and codes of the form."""

    language: Language
    is_coded: bool


@dataclass(frozen=True, slots=True)
class Table:
    """The answers of records (*path* of the form's root) or of one repeat, with the headings of their columns."""

    path: str
    name: str
    columns: tuple[str, ...]
    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RepeatRow:
    """One instance of a repeat: the table it stands in, its own key and that of what it stands in."""

    table: int
    key: str
    parent: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class ExportedRecord:
    """One record with its answers, and the rows of its repeats."""

    listed: ListedRecord
    values: tuple[Value, ...]
    repeats: tuple[RepeatRow, ...]


@dataclass(frozen=True, slots=True)
class Export:
    """The tables of a file, that of the records first, and the records, which are read as they are asked for."""

    tables: tuple[Table, ...]
    records: Iterator[ExportedRecord]
    total: int


def export_records(
    services: Services, account: Account, question: Question, speech: Speech, *, file_kind: str
) -> Export:
    """Return what the account's list holds, and keep that it was taken.

    Raises NotFound ``access.not_found`` at the desk of incidents, InvalidInput ``records.too_many_to_download``.
    """
    if question.desk is not Desk.EVERYDAY:
        raise NotFound("access.not_found")
    here = services.atlas.current()
    sight, filters = within(here, sight_of(account, question.desk, services.today()), filters_of(services, question))
    with services.unit_of_work(sight) as uow:
        filters = uow.record_lists.looked_up(filters)
        total = uow.record_lists.count(filters, at_most=MOST_RECORDS + 1)
        if total > MOST_RECORDS:
            raise InvalidInput("records.too_many_to_download", most=MOST_RECORDS)
        of_form = () if question.form_key is None else uow.record_lists.form_versions(question.form_key)
        params = {"records": total, "format": file_kind, **narrowed_to(question)}
        unit_id = unit_of_posts(services, uow, account.posts)
        note_deeds(services, uow, account, Deed(DeedKind.RECORDS_DOWNLOADED, Thing.RECORD, None, unit_id, params))
    definitions = [services.shelf.version_by_id(one).definition for one in of_form]
    tables = _tables(definitions, speech)
    reading = _Reading(services, here, sight, filters, question, speech, tables)
    return Export(tables, reading.records(), total)


def narrowed_to(question: Question) -> dict[str, str | int | bool]:
    """Return what the file was narrowed to, without what was searched for, which may be a name."""
    told: dict[str, str | int | bool | None] = {
        "form": question.form_key,
        "unit": question.unit_id,
        "states": " ".join(sorted(question.states)),
        "sender": question.sender_id,
        "finding": question.finding,
        "is_searched": bool(question.words),
        "is_practice": question.is_practice,
    }
    return {name: value for name, value in told.items() if value}


@dataclass(frozen=True, slots=True)
class _Reading:
    services: Services
    here: Map
    sight: Reading
    filters: Filters
    question: Question
    speech: Speech
    tables: tuple[Table, ...]

    def records(self) -> Iterator[ExportedRecord]:
        """Yield the records, a few read at a time, so that memory stays flat however many there are."""
        after: Cursor | None = None
        while True:
            size = RECORDS_A_STEP if after else min(_AT_FIRST, RECORDS_A_STEP)
            with self.services.reading(self.sight) as uow:
                lines = lines_after(uow, self.filters, self.question.order, after=after, size=size)
                with_answers = lines if len(self.tables[0].columns) else []
                documents = uow.record_lists.documents([line.version_id for line in with_answers])
                names = self._names(uow.entity_names.labels, with_answers, documents)
            for line in lines:
                yield self._exported(line, documents.get(line.version_id, b""), names)
            if len(lines) < size:
                return
            after = Cursor.at(lines[-1])

    def _names(self, labels: _Labels, lines: list[RecordLine], documents: Mapping[int, bytes]) -> _Names:
        """Return what the entities are called that the documents name; they are known by project."""
        names: dict[tuple[int, str, str], str] = {}
        for project_id in {line.project_id for line in lines}:
            ids = (
                found.decode()
                for line in lines
                if line.project_id == project_id
                for found in _IDS.findall(documents[line.version_id])
            )
            names |= {(project_id, *key): label for key, label in labels(project_id, ids).items()}
        return names

    def _exported(self, line: RecordLine, document: bytes, names: _Names) -> ExportedRecord:
        listed = ListedRecord(line, place_of(self.here, line, self.services.today()))
        if not document:
            return ExportedRecord(listed, tuple(None for _ in self.tables[0].columns), ())
        form = self.services.shelf.version_by_id(line.form_version_id)

        def elsewhere(instance_id: str, value: str) -> str | None:
            instance = form.definition.instance(instance_id)
            if instance is None:
                return None
            if instance.filename == _UNITS_FILE:
                unit_id = self.here.territory.find_on(value, (line.event_date or self.services.today(),))
                return None if unit_id is None else self.here.territory.name(unit_id, self.services.today())
            return names.get((line.project_id, instance.filename.removesuffix(".csv"), value))

        answers = read_answers(read_xml(document), ChoiceLabels(form.definition, form.lists, elsewhere))
        rows = _Rows(self.tables, self.speech)
        values = rows.values(answers, 0)
        return ExportedRecord(listed, values, tuple(rows.repeats(answers, str(line.submission_id))))


_IDS: Final = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class _Rows:
    tables: tuple[Table, ...]
    speech: Speech

    def values(self, section: Section, table: int) -> tuple[Value, ...]:
        """Return the answers of a section in the order of its table's columns."""
        found = {_plain(answer.path): answer for answer in _own_answers(section)}
        return tuple(self._value(found.get(path)) for path in self.tables[table].columns)

    def repeats(self, section: Section, key: str) -> Iterator[RepeatRow]:
        """Yield a row for each instance of each repeat below, those inside others after these."""
        places = {one.path: number for number, one in enumerate(self.tables)}
        for inner in _own_repeats(section):
            table = places.get(_plain(inner.path))
            own = f"{key}/{inner.name}[{inner.number}]"
            if table is not None:
                yield RepeatRow(table, own, key, self.values(inner, table))
            yield from self.repeats(inner, own)

    def _value(self, answer: Answer | None) -> Value:
        if answer is None or not answer.text:
            return None
        if answer.chosen and not self.speech.is_coded:
            return "; ".join(one.label.in_language(self.speech.language, one.value) for one in answer.chosen)
        if answer.node is not None and answer.node.datatype in _NUMBERS:
            return _number(answer.text)
        return answer.text


def _tables(definitions: list[FormDefinition], speech: Speech) -> tuple[Table, ...]:
    """Return the tables of a form: of its newest version, and what only earlier ones asked behind that."""
    root = definitions[0].root.path if definitions else ""
    columns: dict[str, dict[str, str]] = {root: {}}
    names = {root: ""}
    for definition in definitions:
        for table, leaf in _leaves(definition.root, definition.root.path):
            columns.setdefault(table, {}).setdefault(leaf.path, _heading(leaf, speech))
            names.setdefault(table, definition.nodes[table].name)
    return tuple(Table(path, names[path], tuple(each), tuple(each.values())) for path, each in columns.items())


def _leaves(node: Node, table: str) -> Iterator[tuple[str, Node]]:
    """Yield the questions below a node, each with the path of the repeat it stands in."""
    for child in node.children:
        if child.kind is NodeKind.LEAF:
            if child.control.kind is not ControlKind.NONE and child.datatype is not Datatype.BINARY:
                yield table, child
        else:
            yield from _leaves(child, child.path if child.kind is NodeKind.REPEAT else table)


def _heading(leaf: Node, speech: Speech) -> str:
    code = "/".join(leaf.path.split("/")[2:])
    return code if speech.is_coded else leaf.label.in_language(speech.language, leaf.name) or code


def _own_answers(section: Section) -> Iterator[Answer]:
    for part in section.parts:
        if isinstance(part, Answer):
            yield part
        elif part.number is None:
            yield from _own_answers(part)


def _own_repeats(section: Section) -> Iterator[Section]:
    for part in section.parts:
        if isinstance(part, Section):
            if part.number is None:
                yield from _own_repeats(part)
            else:
                yield part


def _plain(path: str) -> str:
    return _POSITION.sub("", path)


def _number(text: str) -> Value:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return text
    return found if found.is_finite() else text
