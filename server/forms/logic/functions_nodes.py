"""Functions on node-sets and places: ``position``, ``indexed-repeat``, ``randomize``, ``version``.

``current()`` and ``instance()`` are parts of paths and are compiled there; they stand in the table for their names.
"""

from __future__ import annotations

import hashlib
import math
import random
from typing import TYPE_CHECKING

from server.forms.logic.code import Code, Kind
from server.forms.logic.errors import LogicError
from server.forms.logic.function import Compile, Function, contextual
from server.forms.logic.functions_logic import java_integer
from server.forms.logic.references import Reference, references_in
from server.forms.logic.syntax import Path
from server.forms.logic.values import to_number

if TYPE_CHECKING:
    from server.forms.logic.code import RunNumber
    from server.forms.logic.context import Context
    from server.forms.logic.syntax import Call, Syntax
    from server.forms.logic.tree import InstanceNode
    from server.forms.logic.values import NodeSet, Scalar

_PARK_MILLER = 16_807
_PARK_MILLER_PRIME = 2_147_483_647
_LONG = 2**64
_RANDOM = random.SystemRandom()


def _position(context: Context, nodes: NodeSet | None = None) -> float:
    if nodes is None:
        return float(context.position or context.node.position)
    return float(nodes[0].position) if nodes else 0.0


def _version(context: Context) -> str:
    if context.definition is None:
        raise LogicError("logic.unrepeatable")
    return context.definition.version


def _randomize(context: Context, nodes: NodeSet, seed: Scalar | None = None) -> NodeSet:
    """Return *nodes* in random order; a seed gives the order JavaRosa gives."""
    context.steps.spend(len(nodes))
    if seed is None:
        return _RANDOM.sample(nodes, len(nodes))
    state = _seeded(_seed_of(seed))
    shuffled: NodeSet = []
    for place, node in enumerate(nodes):
        state = state * _PARK_MILLER % _PARK_MILLER_PRIME
        other = int((state - 1) / (_PARK_MILLER_PRIME - 1) * (place + 1))
        shuffled.append(node)
        shuffled[place], shuffled[other] = shuffled[other], node
    return shuffled


def _seed_of(seed: Scalar) -> int:
    number = to_number(seed)
    if not math.isnan(number):
        return int(max(-(2.0**63), number)) if number < _LONG // 2 else _LONG // 2 - 1
    if not isinstance(seed, str):
        raise LogicError("logic.type")
    digested = int.from_bytes(hashlib.sha256(seed.encode("utf-8", "replace")).digest()[:8], "big") if seed else 0
    return digested - _LONG if digested >= _LONG // 2 else digested


def _seeded(seed: int) -> int:
    state = int(math.fmod(seed, _PARK_MILLER_PRIME))
    return state + _PARK_MILLER_PRIME - 1 if state <= 0 else state


def _indexed_repeat(call: Call, compile_part: Compile) -> Code:
    target = _reference(call.arguments[0])
    groups = [_reference(argument) for argument in call.arguments[1::2]]
    indexes = [compile_part(argument).number() for argument in call.arguments[2::2]]
    pairs = list(zip(groups, indexes, strict=True))

    def run(context: Context) -> NodeSet:
        chain = context.node.chain()
        here = "/" + "/".join(node.name for node in chain)
        path = target.absolute(here)
        if path is None:
            raise LogicError("logic.type")
        places = _places(path, here, pairs, context)
        names = path.strip("/").split("/")
        for depth, (name, node) in enumerate(zip(names, chain, strict=False)):
            if name != node.name:
                break
            places.setdefault(depth, node.position)
        return _walked(context, names, places)

    return Code(Kind.NODES, run)


def _reference(syntax: Syntax) -> Reference:
    if not isinstance(syntax, Path):
        raise LogicError("logic.not_a_nodeset")
    return references_in(syntax)[0]


def _places(path: str, here: str, pairs: list[tuple[Reference, RunNumber]], context: Context) -> dict[int, int]:
    """Return the wanted position for each depth a repeat of the call stands at; 0 and below count as 1."""
    places = {}
    for reference, index in pairs:
        group = reference.absolute(here)
        if group is None or not path.startswith(f"{group}/"):
            raise LogicError("logic.type")
        places[group.count("/") - 1] = max(1, java_integer(index(context)))
    return places


def _walked(context: Context, names: list[str], places: dict[int, int]) -> NodeSet:
    nodes: list[InstanceNode] = [context.root] if names[0] == context.root.name else []
    for depth, name in enumerate(names[1:], 1):
        place = places.get(depth)
        found: list[InstanceNode] = []
        for node in nodes:
            named = node.children.get(name, [])
            context.steps.spend(1 + len(named))
            found.extend(named if place is None else named[place - 1 : place])
        nodes = found
    return [node for node in nodes if node.relevant]


def _misplaced(_: Call, __: Compile) -> Code:
    raise LogicError("logic.type")


NODE_FUNCTIONS = (
    Function("position", "N?", "The place among siblings of the same name, from 1.", "position(..)",
             contextual("N?", Kind.NUMBER, _position)),
    Function("current", "", "The node the whole expression belongs to.", "current()/../name", _misplaced),
    Function("instance", "t", "A list of the form, by its id as a literal.", "instance('units')/root/item", _misplaced),
    Function("indexed-repeat", "NNnNnNnNnNn", "A question of a given instance of a repeat.",
             "indexed-repeat(/data/member/age, /data/member, 1)", _indexed_repeat, counts=(3, 5, 7, 9, 11)),
    Function("randomize", "Ns?", "The nodes in random order, fixed by a seed.", "randomize(/data/member, 7)",
             contextual("Ns?", Kind.NODES, _randomize), is_repeatable=False),
    Function("version", "", "The version of the form.", "version()", contextual("", Kind.TEXT, _version)),
)  # fmt: skip
