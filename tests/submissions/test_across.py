"""A calculate that reads other instances of its repeat may be of an earlier state where its own answer is empty."""

import pytest

from server.forms.definition import FormDefinition, Node, NodeKind
from server.forms.logic import compile_expression
from server.submissions.across import read_across

LEAVES = ("q", "x", "c")
INNER = Node("/data/r/i", "i", NodeKind.REPEAT, children=(Node("/data/r/i/v", "v", NodeKind.LEAF),))
REPEAT = Node(
    "/data/r", "r", NodeKind.REPEAT, children=(*(Node(f"/data/r/{n}", n, NodeKind.LEAF) for n in LEAVES), INNER)
)
ROOT = Node("/data", "data", NodeKind.GROUP, children=(Node("/data/k", "k", NodeKind.LEAF), REPEAT))
FORM = FormDefinition("f", "1", "F", ROOT, nodes={node.path: node for node in ROOT.walk()})


@pytest.mark.parametrize(
    ("expression", "path", "read"),
    [
        ("../x + 1", "/data/r/c", ()),
        ("/data/k + ../x", "/data/r/c", ()),
        ("sum(/data/r/x)", "/data/r/c", ()),
        ("sum(../i/v)", "/data/r/c", ()),
        ("count(../../r)", "/data/r/c", ()),
        ("sum(../../r/x)", "/data/r/c", ("/data/r/x",)),
        ("count(/data/r[q = 'b'])", "/data/r/c", ("/data/r/q",)),
        ("count(/data/r[./q = current()/../q]) + ../x", "/data/r/c", ("/data/r/q", "/data/r/x")),
        ("indexed-repeat(/data/r/x, /data/r, position(..) - 1)", "/data/r/c", ("/data/r/x",)),
        ("sum(../../i/v)", "/data/r/i/v", ("/data/r/i/v",)),
        ("sum(../../../r/x)", "/data/r/i/v", ("/data/r/x",)),
        ("sum(/data/r/x)", "/data/k", ()),
        ("instance('l')/root/item[q = current()/../q]/x", "/data/r/c", ()),
    ],
)
def test_only_what_lies_in_other_instances_is_read_across(expression: str, path: str, read: tuple[str, ...]) -> None:
    assert read_across(compile_expression(expression), path, FORM) == read


TABLE = """
| survey | | | | | |
| | type | name | label | calculation |
| | begin repeat | r | R | |
| | integer | x | X | |
| | calculate | total | | sum(../../r/x) |
| | end repeat | | | |
"""


@pytest.mark.parametrize(
    ("rule", "own", "total", "expected"),
    [
        ("as it is now", "2", "7", []),
        ("of an earlier state, where the phone works it out again", "2", "2",
         [("answer.calculate_differs", "/data/r[1]/total", "error")]),
        ("of an earlier state, where the phone does not", "", "0", [("answer.unchecked", "/data/r[1]/total", "note")]),
        ("as it is now, though the phone need not have", "", "5", []),
    ],
)  # fmt: skip
def test_a_value_that_may_be_old_is_left_unchecked(found, rule: str, own: str, total: str, expected: list) -> None:
    whole = 5 + int(own or 0)
    answers = f"<r><x>{own}</x><total>{total}</total></r><r><x>5</x><total>{whole}</total></r>"
    assert found(TABLE, answers) == expected, rule
