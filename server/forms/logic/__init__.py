"""The XForms expression language with JavaRosa's semantics: compile once, evaluate on an instance's tree.

Form logic, measures and quality rules are all written in it. It reads nothing and asks no clock.
"""

from __future__ import annotations

from server.forms.logic.compile import Expression, compile_expression
from server.forms.logic.context import Context, Steps
from server.forms.logic.errors import LogicError
from server.forms.logic.functions import FUNCTIONS
from server.forms.logic.references import Reference, substitute_references
from server.forms.logic.tree import InstanceNode, Shape, bind_known, bind_tree, bind_untyped

__all__ = [
    "FUNCTIONS",
    "Context",
    "Expression",
    "InstanceNode",
    "LogicError",
    "Reference",
    "Shape",
    "Steps",
    "bind_known",
    "bind_tree",
    "bind_untyped",
    "compile_expression",
    "substitute_references",
]
