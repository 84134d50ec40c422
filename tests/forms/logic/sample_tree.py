"""One typed record and one list that the expression tables run on."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from lxml import etree

from server.forms.definition import Datatype, FormDefinition, Node, NodeKind
from server.forms.lists import ChoiceList
from server.forms.logic import Context, InstanceNode, bind_untyped

RECORD = b"""<data id="t" version="v1"><int>7</int><dec>2.5</dec><txt>hello world</txt><sel>a b c</sel>
<date>2024-05-01</date><dt>2024-05-01T08:30:15.250+07:00</dt><time>08:30:00.000+07:00</time><bool/>
<geo>14.35 108.0 500 5</geo><trace>14.35 108.0 0 0; 14.36 108.0 0 0; 14.36 108.01 0 0</trace>
<shape>14.35 108.0 0 0; 14.36 108.0 0 0; 14.36 108.01 0 0; 14.35 108.0 0 0</shape><empty/><emptyint/><irr>zz</irr>
<g><a>3</a><b>4</b></g><rep><x>10</x><t>one</t><inner><y>1</y></inner></rep><rep><x>20</x><t>two</t></rep>
<rep><x>30</x><t/></rep><meta><instanceID/></meta></data>"""

TYPES = {
    "/data/int": Datatype.INTEGER,
    "/data/dec": Datatype.DECIMAL,
    "/data/date": Datatype.DATE,
    "/data/dt": Datatype.DATETIME,
    "/data/time": Datatype.TIME,
    "/data/bool": Datatype.BOOLEAN,
    "/data/geo": Datatype.GEOPOINT,
    "/data/trace": Datatype.GEOTRACE,
    "/data/shape": Datatype.GEOSHAPE,
    "/data/emptyint": Datatype.INTEGER,
    "/data/g/a": Datatype.INTEGER,
    "/data/g/b": Datatype.INTEGER,
    "/data/rep/x": Datatype.INTEGER,
    "/data/rep/inner/y": Datatype.INTEGER,
}
ROWS = (("a", "Alpha", "1", "x"), ("b", "Beta", "2", "x"), ("c", "Gamma", "3", "y"))
LIST = ChoiceList("list", tuple({"name": name, "label": label, "k": k, "p": p} for name, label, k, p in ROWS))
FORM = FormDefinition("t", "v1", "t", Node("/data", "data", NodeKind.GROUP))
NOW = datetime(2024, 5, 2, 3, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def context_at(path: str = "/data") -> Context:
    """Return a context at *path* (``/data/rep[2]/x``) of a fresh tree; ``/data/irr`` is not relevant."""
    root = bind_untyped(etree.fromstring(RECORD), TYPES)
    root.children["irr"][0].relevant = False
    return Context(node_at(root, path), root, NOW, ZONE, {"list": LIST}, FORM)


def node_at(root: InstanceNode, path: str) -> InstanceNode:
    """Return the node at *path*, whose steps may carry a position."""
    node = root
    for step in path.strip("/").split("/")[1:]:
        name, _, place = step.rstrip("]").partition("[")
        node = node.children[name][int(place or 1) - 1]
    return node
