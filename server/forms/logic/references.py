"""What an expression refers to, so that a publish can tell which paths do not exist, and ``${question}`` in measures.

``${question}`` is the workbook's way of writing a path; it is no part of the language and is written out here for the
sheets pyxform does not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.forms.logic.errors import LogicError
from server.forms.logic.syntax import Axis, Base, Path, Syntax, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.forms.definition import FormDefinition
    from server.forms.logic.syntax import Step

_QUESTION = re.compile(r"\$\{\s*(?:last-saved#)?([^{}\s]+)\s*\}")
_STARTS = {Base.ROOT: "/", Base.CONTEXT: "", Base.CURRENT: "current()/"}


@dataclass(frozen=True, slots=True)
class Reference:
    """A path without its predicates; *steps* are names, ``..``, ``*`` or ``@name``, without ``.``."""

    base: Base
    steps: tuple[str, ...]
    instance_id: str = ""

    def __str__(self) -> str:
        """Return it as XPath."""
        if self.base is Base.INSTANCE:
            return "/".join((f"instance('{self.instance_id}')", *self.steps))
        return (_STARTS[self.base] + "/".join(self.steps)).rstrip("/") or "."

    def absolute(self, context_path: str) -> str | None:
        """Return the absolute path it means for the node at *context_path*.

        None for another instance, a wildcard or attribute, and where it climbs past the root.
        """
        if self.base is Base.INSTANCE or any(step == "*" or step.startswith("@") for step in self.steps):
            return None
        names = [] if self.base is Base.ROOT else context_path.strip("/").split("/")
        for step in self.steps:
            if step != "..":
                names.append(step)
            elif names:
                names.pop()
            else:
                return None
        return "/" + "/".join(names)


def references_in(syntax: Syntax) -> tuple[Reference, ...]:
    """Return the references of *syntax*, each once; a relative path in a predicate counts from its candidate."""
    return tuple(dict.fromkeys(_found(syntax, None)))


def _found(syntax: Syntax, host: Reference | None) -> Iterator[Reference]:
    if not isinstance(syntax, Path):
        for part in parts_of(syntax):
            yield from _found(part, host)
        return
    reference = _reference(syntax, host)
    yield reference
    for depth, step in enumerate(syntax.steps, 1):
        if step.predicates:
            candidate = _reference(Path(syntax.base, syntax.steps[:depth], syntax.instance_id), host)
            for predicate in step.predicates:
                yield from _found(predicate, candidate)


def reference_of(path: Path) -> Reference:
    """Return what *path* itself refers to, its predicates left out."""
    return _reference(path, None)


def _reference(path: Path, host: Reference | None) -> Reference:
    steps = tuple(_step_text(step) for step in path.steps if step.axis is not Axis.SELF)
    if path.base is Base.CONTEXT and host is not None:
        return Reference(host.base, _climbed(host.steps, steps), host.instance_id)
    return Reference(path.base, steps, path.instance_id)


def _climbed(start: tuple[str, ...], steps: tuple[str, ...]) -> tuple[str, ...]:
    names = list(start)
    for step in steps:
        if step == ".." and names and names[-1] != "..":
            names.pop()
        else:
            names.append(step)
    return tuple(names)


def _step_text(step: Step) -> str:
    match step.axis:
        case Axis.PARENT:
            return ".."
        case Axis.EVERY_CHILD:
            return "*"
        case Axis.ATTRIBUTE:
            return f"@{step.name}"
        case _:
            return step.name


def substitute_references(source: str, definition: FormDefinition) -> str:
    """Return *source* with every ``${question}`` written out as its absolute path.

    Raises LogicError ``logic.unknown_question`` (question, position), or ``logic.ambiguous_question`` where two
    questions of different groups have that name.
    """
    by_name: dict[str, list[str]] = {}
    for path, node in definition.nodes.items():
        by_name.setdefault(node.name, []).append(path)

    def written_out(match: re.Match[str]) -> str:
        found = by_name.get(match[1], [])
        if len(found) != 1:
            code = "logic.ambiguous_question" if found else "logic.unknown_question"
            raise LogicError(code, question=match[1], position=match.start())
        return f" {found[0]} "

    return _QUESTION.sub(written_out, source)
