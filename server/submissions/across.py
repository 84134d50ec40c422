"""What a calculate inside a repeat reads of the other instances of that repeat.

When an answer changes, JavaRosa 5.1 works such a calculate out again in every instance that has an answer there
itself; one whose own is empty keeps what it had. So its value may be of an earlier state, which no record tells.
Nothing here looks at a record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.forms.definition import NodeKind
from server.forms.logic.references import reference_of
from server.forms.logic.syntax import Base, Call, Path, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.forms.definition import FormDefinition
    from server.forms.logic import Expression
    from server.forms.logic.syntax import Syntax

_INDEXED = "indexed-repeat"


def read_across(expression: Expression, path: str, definition: FormDefinition) -> tuple[str, ...]:
    """Return the paths *expression* at *path* reads in other instances of the repeats it stands in, each once."""
    repeats = [one for one in _ancestors(path) if definition.nodes[one].kind is NodeKind.REPEAT]
    crossed = {repeat for repeat in repeats if any(_leaves(part, path, repeat) for part in walk(expression.syntax))}
    read = (reference.absolute(path) for reference in expression.references)
    found = (one for one in read if one and any(one.startswith(f"{repeat}/") for repeat in crossed))
    return tuple(dict.fromkeys(found))


def _ancestors(path: str) -> Iterator[str]:
    names = path.split("/")
    return ("/".join(names[:depth]) for depth in range(2, len(names)))


def _leaves(part: Syntax, path: str, repeat: str) -> bool:
    """Return whether *part* looks beyond the instance of *repeat* that *path* stands in, at others of it."""
    match part:
        case Call(name, arguments) if name == _INDEXED:
            places = (reference_of(one).absolute(path) for one in arguments if isinstance(one, Path))
            return repeat in places
        case Path(base=Base.ROOT, steps=steps):
            depth = repeat.count("/")
            return len(steps) >= depth and bool(steps[depth - 1].predicates) and _is_in(part, path, repeat)
        case Path(base=Base.CONTEXT | Base.CURRENT):
            ups = reference_of(part).steps.count("..")
            top = "/".join(path.split("/")[: -ups or None])
            return repeat.startswith(f"{top}/") and _is_in(part, path, repeat)
        case _:
            return False


def _is_in(part: Path, path: str, repeat: str) -> bool:
    place = reference_of(part).absolute(path)
    return place is not None and (place == repeat or place.startswith(f"{repeat}/"))
