"""Evaluate records by the rules of a form on the disk, for designers who try it before anything is published.

A form is converted and compiled once however many records follow. Nothing is stored.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from server.errors import DomainError, NotFound
from server.forms.attached_lists import attached_lists
from server.forms.convert import Refused, Source
from server.forms.faults import FormRefused
from server.forms.sheets import SourceKind
from server.forms.xform import read_form
from server.forms.xml_reader import read_xml
from server.operations.form_source import read_form_source
from server.operations.publish_form import ITEMSETS_FILE, FormSource
from server.submissions.circumstances import Circumstances
from server.submissions.evaluation import Evaluator
from server.submissions.rules import Compiled

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo

    from server.forms.convert import Converter
    from server.forms.definition import FormDefinition
    from server.forms.lists import ChoiceList
    from server.language.catalogue import Catalogue, Language
    from server.submissions.evaluation import Evaluation
    from server.submissions.findings import Finding

MAX_KEPT = 200
"""Forms kept compiled; the least recently asked goes first."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """When and where records are evaluated, and the words findings are told in."""

    now: datetime
    zone: tzinfo
    catalogue: Catalogue
    language: Language


@dataclass(frozen=True, slots=True)
class _Ready:
    """A form with the lists beside it."""

    evaluator: Evaluator
    lists: Mapping[str, ChoiceList]


class FormBench:
    """Forms by where they are, converted by *converter* and compiled once."""

    def __init__(self, converter: Converter, surroundings: Surroundings) -> None:
        self._converter = converter
        self._surroundings = surroundings
        self._kept: OrderedDict[tuple[str, str], _Ready | DomainError] = OrderedDict()

    def evaluate(self, form: str, media: str, xml: str) -> dict[str, Any]:
        """Return verdict, nodes and findings as JSON facts.

        *form* and *xml* are each a path or the document itself, *media* is a folder or empty. Raises DomainError where
        one of them cannot be read.
        """
        ready = self._ready(form, media)
        record = read_xml(_bytes(xml) if _is_document(xml) else _content(xml))
        now = self._surroundings.now
        circumstances = Circumstances(now, self._surroundings.zone, ready.lists, filled_at=now)
        evaluation = ready.evaluator.evaluate(record, circumstances)
        return self._facts(evaluation, ready.evaluator.compiled.definition)

    def _ready(self, form: str, media: str) -> _Ready:
        key = (form, media)
        held = self._kept.pop(key, None) or self._made(form, media)
        self._kept[key] = held
        if len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)
        if isinstance(held, DomainError):
            raise held
        return held

    def _made(self, form: str, media: str) -> _Ready | DomainError:
        """Return the form ready, or why it cannot be: the next record of it is told the same without a new try."""
        try:
            return self._read(_source(form), _files_in(media))
        except DomainError as error:
            return error

    def _read(self, source: FormSource, files: Mapping[str, bytes]) -> _Ready:
        converted = self._converter.outcome(Source(source.content, source.kind, source.measures))
        if isinstance(converted, Refused):
            raise FormRefused(converted.faults)
        definition = read_form(converted.xform)
        made = {ITEMSETS_FILE: converted.itemsets} if converted.itemsets else {}
        return _Ready(
            Evaluator.of(Compiled.of(definition)), attached_lists(definition, {**source.files, **made, **files}.get)
        )

    def _facts(self, evaluation: Evaluation, definition: FormDefinition) -> dict[str, Any]:
        return {
            "verdict": "valid" if evaluation.is_valid else "invalid",
            "nodes": [asdict(one) for one in evaluation.nodes],
            "findings": [self._told(one, definition) for one in evaluation.findings],
        }

    def _told(self, finding: Finding, definition: FormDefinition) -> dict[str, str]:
        language = self._surroundings.language
        params = {"message": _own_words(finding, definition, language), **dict(finding.params)}
        return {
            "code": finding.code,
            "path": finding.path,
            "severity": finding.severity.value,
            "message": self._surroundings.catalogue.sentence(finding.code, params, language),
        }


def _own_words(finding: Finding, definition: FormDefinition, language: Language) -> str:
    """Return what the form itself says of a broken constraint."""
    node = definition.nodes.get("/".join(step.partition("[")[0] for step in finding.path.split("/")))
    return node.constraint_message.in_language(language) if node else ""


def _source(form: str) -> FormSource:
    if _is_document(form):
        return FormSource(_bytes(form), SourceKind.XFORM)
    try:
        return read_form_source(Path(form))
    except (OSError, ValueError) as error:
        raise NotFound("form.no_file", path=form) from error


def _is_document(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n").startswith("<")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _content(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise NotFound("ask.no_file", path=path) from error


def _files_in(media: str) -> dict[str, bytes]:
    if not media:
        return {}
    try:
        return {one.name: one.read_bytes() for one in sorted(Path(media).iterdir()) if one.is_file()}
    except (OSError, ValueError) as error:
        raise NotFound("ask.no_folder", path=media) from error
