"""The condition of a question in words a person with a pencil can follow: ``câu 3 = Có và câu 5 ≥ 18``.

Only the plain kinds of condition are understood (comparing an answer with a value, chosen or not, answered or not, and
their combinations); of any other nothing is said, and the caller shows the expression itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.forms.compatibility import choices_of
from server.forms.logic import LogicError
from server.forms.logic.parser import parse
from server.forms.logic.references import references_in
from server.forms.logic.syntax import Call, Chain, Literal, Number, Path, walk

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from server.forms.definition import FormDefinition
    from server.forms.logic import Reference
    from server.forms.logic.syntax import Syntax
    from server.language.catalogue import Catalogue, Language

_SIGNS = {"=": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}
_JOINTS = {"and": "form.paper.and", "or": "form.paper.or"}


class _NotPlain(Exception):
    """The condition is of a kind that has no plain words."""


def _conjuncts(syntax: Syntax) -> Iterator[Syntax]:
    match syntax:
        case Chain(first, links) if links[0][0] == "and":
            for part in (first, *(operand for _, operand in links)):
                yield from _conjuncts(part)
        case _:
            yield syntax


@dataclass(frozen=True, slots=True)
class Wording:
    """How to say conditions of one form: the numbers its questions bear on paper, and the language."""

    definition: FormDefinition
    numbers: Mapping[str, int]
    catalogue: Catalogue
    language: Language

    def words(self, source: str, context_path: str) -> str | None:
        """Return the condition *source* of the node at *context_path* in words, None where there are none."""
        try:
            return self._said(parse(source), context_path)
        except (_NotPlain, LogicError):
            return None

    def referred(self, source: str, context_path: str) -> tuple[int, ...]:
        """Return the numbers of the questions the condition looks at, in rising order."""
        try:
            found = {self._number(one, context_path) for one in references_in(parse(source))}
        except LogicError:
            return ()
        return tuple(sorted(number for number in found if number))

    def sentence(self, code: str, **params: object) -> str:
        """Return a sentence of the paper form."""
        return self.catalogue.sentence(code, params, self.language)

    def parts(self, source: str) -> frozenset[Syntax]:
        """Return what must all hold for the condition, itself if it is one thing."""
        try:
            syntax = parse(source)
        except LogicError:
            return frozenset()
        return frozenset(_conjuncts(syntax))

    def fails_without(self, source: str, context_path: str, *, skipped: Container[int]) -> bool:
        """Return whether the condition cannot hold when the questions numbered *skipped* have no answer."""
        return any(self._fails(part, context_path, skipped) for part in self.parts(source))

    def _fails(self, syntax: Syntax, context: str, skipped: Container[int]) -> bool:
        match syntax:
            case Chain(first, links) if links[0][0] == "or":
                return all(self._fails(part, context, skipped) for part in (first, *(operand for _, operand in links)))
            case Chain(Path() as path, ((operator, Literal() | Number() as value),)) if operator not in ("!=", "or"):
                return value != Literal("") and self._number(references_in(path)[0], context) in skipped
            case Call("selected" | "is-selected", (Path() as path, Literal())):
                return self._number(references_in(path)[0], context) in skipped
            case _:
                return False

    def _number(self, reference: Reference, context_path: str) -> int | None:
        return self.numbers.get(reference.absolute(context_path) or "")

    def _said(self, syntax: Syntax, context: str) -> str:
        match syntax:
            case Chain(first, links) if {operator for operator, _ in links} <= {"and"}:
                return self._joined("and", (first, *(operand for _, operand in links)), context)
            case Chain(first, links) if {operator for operator, _ in links} <= {"or"}:
                return self._joined("or", (first, *(operand for _, operand in links)), context)
            case Chain(first, ((operator, second),)) if operator in _SIGNS:
                return self._compared(first, operator, second=second, context=context)
            case Call("selected" | "is-selected", (Path() as path, Literal(value))):
                return self._about("form.paper.chosen", path, context=context, value=value)
            case Call("not", (inner,)):
                return self._negated(inner, context)
            case _:
                raise _NotPlain

    def _joined(self, operator: str, parts: tuple[Syntax, ...], context: str) -> str:
        said = [self._said(part, context) for part in parts]
        mixed = [
            f"({text})" if isinstance(part, Chain) and part.links[0][0] in _JOINTS else text
            for part, text in zip(parts, said, strict=True)
        ]
        return f" {self.sentence(_JOINTS[operator])} ".join(mixed)

    def _negated(self, inner: Syntax, context: str) -> str:
        match inner:
            case Call("selected" | "is-selected", (Path() as path, Literal(value))):
                return self._about("form.paper.not_chosen", path, context=context, value=value)
            case Chain(first, (("=", second),)):
                return self._compared(first, "!=", second=second, context=context)
            case _:
                raise _NotPlain

    def _compared(self, first: Syntax, operator: str, *, second: Syntax, context: str) -> str:
        match first, second:
            case Path(), Literal(""):
                code = "form.paper.unanswered" if operator == "=" else "form.paper.answered"
                return self._about(code, first, context=context, value="")
            case Call("count-selected" | "string-length", (Path() as path,)), Number(0.0):
                code = "form.paper.unanswered" if operator in ("=", "<=") else "form.paper.answered"
                return self._about(code, path, context=context, value="")
            case Path(), Literal(value):
                code = "form.paper.differs" if operator == "!=" else "form.paper.compared"
                return self._about(code, first, context=context, value=value, sign=_SIGNS[operator])
            case Path(), Number(value):
                text = f"{value:g}"
                return self._about("form.paper.compared", first, context=context, value=text, sign=_SIGNS[operator])
            case _:
                raise _NotPlain

    def _about(self, code: str, path: Path, *, context: str, value: str, sign: str = "") -> str:
        reference = references_in(path)[0]
        number = self._number(reference, context)
        if number is None or any(inner is not path for inner in walk(path)):
            raise _NotPlain
        label = self._label(reference.absolute(context) or "", value)
        return self.sentence(code, number=number, choice=label, sign=sign)

    def _label(self, path: str, value: str) -> str:
        """Return the label of the choice *value* of the question at *path*, else the value as it is."""
        node = self.definition.nodes[path]
        labels = (choice.label for choice in choices_of(node, self.definition) if choice.value == value)
        return next((label.in_language(self.language, value) for label in labels), value)
