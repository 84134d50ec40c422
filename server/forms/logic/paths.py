"""Location paths to closures.

JavaRosa binds an absolute path that enters a repeat to the instance of that repeat the expression stands in, for as
long as the steps have the same names as the context's own ancestors, the last step included (``count(/data/rep)``
inside a repeat is 1); a relative path is never bound so (``count(../../rep)`` counts all). Only where a step has
several nodes is that looked at, so a form without repeats never pays for it. Of the root neither the name nor a
predicate is ever looked at.
Source: https://getodk.github.io/xforms-spec/#xpath-paths (repeats); JavaRosa 5.1's behaviour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.forms.logic.code import NODES, Code
from server.forms.logic.errors import LogicError
from server.forms.logic.secondary import document_of, indexed_rows
from server.forms.logic.syntax import (
    ATTRIBUTE,
    CHILD,
    CURRENT,
    EVERY_CHILD,
    INSTANCE,
    PARENT,
    ROOT,
    SELF,
    Axis,
    Base,
    Call,
    Chain,
    Literal,
    Path,
    Step,
    walk,
)
from server.forms.logic.tree import InstanceNode
from server.forms.logic.values import scalar, scalar_of_node

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.forms.logic.code import Run, RunNodes, RunScalar
    from server.forms.logic.context import Context
    from server.forms.logic.syntax import Syntax
    from server.forms.logic.values import NodeSet, Scalar

    Compile = Callable[[Syntax], Code]
    Tests = tuple[Run, ...]
    CompiledStep = tuple[Axis, str, Tests]


def path_code(path: Path, compile_part: Compile) -> Code:
    """Return code that yields the relevant nodes *path* leads to, in document order."""
    base = path.base
    steps = [_compiled(step, compile_part) for step in path.steps]
    if base is INSTANCE:
        return Code(NODES, _instance_path(path, tuple(steps), compile_part))
    general = _general_path(base, tuple(steps))
    ups, names = _plain(steps)
    if names is None:
        return Code(NODES, general)
    if base is ROOT:
        if not names:
            return Code(NODES, _document)
        return Code(NODES, _plain_absolute(names, general), read=_value_at(names, general))
    return Code(NODES, _plain_relative(base, ups, names, general))


def _document(context: Context) -> NodeSet:
    return [context.root]


def _compiled(step: Step, compile_part: Compile) -> CompiledStep:
    predicates = step.predicates
    tests = tuple([compile_part(predicate).run for predicate in predicates]) if predicates else ()
    return step.axis, step.name, tests


def _plain(steps: list[CompiledStep]) -> tuple[int, tuple[str, ...] | None]:
    """Return how many ``..`` lead and the names that follow; None for names where the path holds anything else."""
    ups = 0
    names: list[str] = []
    for axis, name, tests in steps:
        if tests:
            return 0, None
        if axis is CHILD:
            names.append(name)
        elif axis is PARENT:
            if names:
                return 0, None
            ups += 1
        elif axis is not SELF:
            return 0, None
    return ups, tuple(names)


def _plain_absolute(names: tuple[str, ...], general: RunNodes) -> RunNodes:
    rest = names[1:]  # the device does not compare the name of the root

    def run(context: Context) -> NodeSet:
        node = context.root
        context.steps.spend(1)
        for name in rest:
            found = node.children.get(name)
            if not found:
                return []
            if len(found) > 1:
                return general(context)
            node = found[0]
        return [node] if node.relevant else []

    return run


def _value_at(names: tuple[str, ...], general: RunNodes) -> RunScalar:
    """Return code for the value of the one node there, which is what most paths are asked for."""
    rest = names[1:]

    def read(context: Context) -> Scalar:
        node = context.root
        context.steps.spend(1)
        for name in rest:
            found = node.children.get(name)
            if not found:
                return ""
            if len(found) > 1:
                return scalar(general(context), context)
            node = found[0]
        return scalar_of_node(node, context)

    return read


def _plain_relative(base: Base, ups: int, names: tuple[str, ...], general: RunNodes) -> RunNodes:
    from_current = base is CURRENT
    absolute = _plain_absolute(names, general) if names else None

    def run(context: Context) -> NodeSet:
        node = (context.current or context.node) if from_current else context.node
        context.steps.spend(1)
        for place in range(ups):
            if node.parent is None:
                return _above(node, context, absolute if place == ups - 1 else None)
            node = node.parent
        for name in names:
            found = node.children.get(name)
            if not found:
                return []
            if len(found) > 1:
                return general(context)
            node = found[0]
        return [node] if node.relevant else []

    return run


def _above(top: InstanceNode, context: Context, absolute: RunNodes | None) -> NodeSet:
    """Go on from above *top*: the device takes the first name there for the root's, whatever it is; it fails higher up.

    Raises LogicError ``logic.above_root``.
    """
    if absolute is None or top is not context.root:
        raise LogicError("logic.above_root")
    return absolute(context)


def _general_path(base: Base, steps: tuple[CompiledStep, ...]) -> RunNodes:
    def run(context: Context) -> NodeSet:
        standing = (context.current or context.node) if base is CURRENT else context.node
        chain = standing.chain()
        if base is ROOT:
            nodes, depth, rest = _root_step(context, steps)
        else:
            (nodes, rest), depth = _climbed(standing, steps, context), -1
        for step in rest:
            nodes, depth = _stepped(nodes, depth, step=step, chain=chain, context=context)
            if not nodes:
                return []
        return [node for node in nodes if node.relevant]

    return run


def _root_step(context: Context, steps: tuple[CompiledStep, ...]) -> tuple[NodeSet, int, tuple[CompiledStep, ...]]:
    if not steps:
        return [context.root], 1, ()
    axis = steps[0][0]
    nodes = [context.root] if axis is CHILD or axis is EVERY_CHILD else []
    return nodes, 1, steps[1:]


def _climbed(
    standing: InstanceNode, steps: tuple[CompiledStep, ...], context: Context
) -> tuple[NodeSet, tuple[CompiledStep, ...]]:
    """Return where the ``..`` in front of *steps* lead, and the steps that are left."""
    node = standing
    for place, (axis, _, tests) in enumerate(steps):
        if axis is not PARENT:
            return [node], steps[place:]
        if node.parent is None:
            return _root_again(node, steps[place + 1 :], context)
        node = node.parent
        if tests and not _filtered([node], tests, context):
            return [], ()
    return [node], ()


def _root_again(
    top: InstanceNode, rest: tuple[CompiledStep, ...], context: Context
) -> tuple[NodeSet, tuple[CompiledStep, ...]]:
    if not rest or rest[0][0] not in (CHILD, EVERY_CHILD) or top is not context.root:
        raise LogicError("logic.above_root")
    return [top], rest[1:]


def _stepped(
    nodes: NodeSet, depth: int, *, step: CompiledStep, chain: list[InstanceNode], context: Context
) -> tuple[NodeSet, int]:
    """Return the nodes one step on and their depth; *depth* is negative once the path has left the context's chain."""
    axis, name, tests = step
    if axis is CHILD:
        return _child_step(nodes, depth, step=step, chain=chain, context=context)
    if axis is SELF:
        return _filtered(nodes, tests, context), depth
    if axis is PARENT:
        found = list(dict.fromkeys(node.parent for node in nodes if node.parent is not None))
    elif axis is ATTRIBUTE:
        found = _attributes(nodes, name)
    else:
        found = [child for node in nodes for named in node.children.values() for child in named]
        context.steps.spend(len(found))
    return _filtered(found, tests, context), -1


def _child_step(
    nodes: NodeSet, depth: int, *, step: CompiledStep, chain: list[InstanceNode], context: Context
) -> tuple[NodeSet, int]:
    _, name, tests = step
    on_chain = 0 <= depth < len(chain) and chain[depth].name == name
    found: NodeSet = []
    for node in nodes:
        named = node.children.get(name, [])
        if on_chain and not tests:
            context.steps.spend(1)
            found.extend(named[chain[depth].position - 1 : chain[depth].position])
        else:
            context.steps.spend(1 + len(named))
            found.extend(_filtered(named, tests, context))
    return found, depth + 1 if on_chain else -1


def _attributes(nodes: NodeSet, name: str) -> NodeSet:
    return [InstanceNode(name, node.attributes[name], parent=node) for node in nodes if name in node.attributes]


def _filtered(nodes: NodeSet, tests: Tests, context: Context) -> NodeSet:
    """Return those of *nodes* that pass every test; anything but true is a no, a number too, as in JavaRosa."""
    for test in tests:
        candidate = context.candidate()
        passed: NodeSet = []
        for position, node in enumerate(nodes, 1):
            context.steps.spend(1)
            candidate.node, candidate.position = node, position
            if test(candidate) is True:
                passed.append(node)
        nodes = passed
    return nodes


def _instance_path(path: Path, steps: tuple[CompiledStep, ...], compile_part: Compile) -> RunNodes:
    instance_id, lookup = path.instance_id, _lookup(path.steps, compile_part)

    def run(context: Context) -> NodeSet:
        source = context.instances.get(instance_id)
        if source is None:
            raise LogicError("logic.unknown_list", list=instance_id)
        rows = indexed_rows(source, steps[1][1], lookup[0], lookup[1](context)) if lookup else None
        if rows is not None:
            context.steps.spend(1 + len(rows))
            nodes, rest = _filtered(rows, steps[1][2], context), steps[2:]
        elif (row := _own_row(context, instance_id, steps)) is not None:
            nodes, rest = [row], steps[2:]
        else:
            nodes, rest = _instance_root(document_of(source), steps)
        for step in rest:
            nodes, _ = _stepped(nodes, -1, step=step, chain=[], context=context)
        return nodes

    return run


def _own_row(context: Context, instance_id: str, steps: tuple[CompiledStep, ...]) -> InstanceNode | None:
    """Return the candidate's own row where a predicate on a list names the rows of that list again.

    The device binds such a path to the candidate, as it does inside repeats, so that ``item[k = max(…/item/k)]`` is
    true of every row.
    """
    if not context.position or len(steps) < 2 or steps[0][2] or steps[1][2]:  # noqa: PLR2004
        return None
    chain = context.node.chain()
    is_inside = len(chain) > 2 and chain[0] is not context.root and chain[0].name == instance_id  # noqa: PLR2004
    return chain[2] if is_inside and chain[2].name == steps[1][1] else None


def _instance_root(document: InstanceNode, steps: tuple[CompiledStep, ...]) -> tuple[NodeSet, tuple[CompiledStep, ...]]:
    """Return the XML root, whose name the device does not compare, and the steps that are left."""
    if not steps or steps[0][0] is not CHILD:
        return [document], steps
    roots = [child for named in document.children.values() for child in named]
    return roots, steps[1:]


def _lookup(steps: tuple[Step, ...], compile_part: Compile) -> tuple[str, RunScalar] | None:
    found = indexed_equality(steps)
    return (found[0], compile_part(found[1]).scalar()) if found else None


def indexed_equality(steps: tuple[Step, ...]) -> tuple[str, Syntax] | None:
    """Return the column and the value looked for, if a path on a list starts ``/root/item[… column = value …]``.

    Only where the value does not depend on the candidate row; then an index narrows the list before the predicate
    runs. A value from the instance is preferred to a literal: it tells more rows apart.
    """
    if len(steps) < 2 or steps[0].predicates or not steps[1].predicates:  # noqa: PLR2004
        return None
    predicate = steps[1].predicates[0]
    if any(isinstance(part, Call) and part.name == "position" for part in walk(predicate)):
        return None
    equalities = [found for part in _conjuncts(predicate) if (found := _equality(part)) is not None]
    return next((one for one in equalities if isinstance(one[1], Path)), equalities[0] if equalities else None)


def _conjuncts(syntax: Syntax) -> tuple[Syntax, ...]:
    match syntax:
        case Chain(first, links) if all(operator == "and" for operator, _ in links):
            return (first, *(operand for _, operand in links))
        case _:
            return (syntax,)


def _equality(syntax: Syntax) -> tuple[str, Syntax] | None:
    match syntax:
        case Chain(Path(Base.CONTEXT, (Step(Axis.CHILD, column, ()),)), (("=", value),)) if _is_fixed(value):
            return column, value
        case Chain(value, (("=", Path(Base.CONTEXT, (Step(Axis.CHILD, column, ()),))),)) if _is_fixed(value):
            return column, value
        case _:
            return None


def _is_fixed(syntax: Syntax) -> bool:
    match syntax:
        case Literal():
            return True
        case Path(base=base, steps=steps):
            return base in (Base.ROOT, Base.CURRENT) and not any(step.predicates for step in steps)
        case _:
            return False
