"""The cells of a plan that say where a number comes from."""

import pytest

from server.indicators.sources import PREVIOUS, Basis, Source, parse_source


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("visit.households", Source("visit.households")),
        ("visit.households[poverty=poor]", Source("visit.households", "poverty=poor")),
        ("register:households", Source("households", "", Basis.REGISTER)),
        ("register:clubs[kind=clb_pcblgd]", Source("clubs", "kind=clb_pcblgd", Basis.REGISTER)),
        ("units:commune", Source("commune", "", Basis.UNITS)),
        ("release:vu-theo-quy", Source("vu-theo-quy", "", Basis.RELEASE)),
        ("release:vu-theo-xa[state=not_reported]", Source("vu-theo-xa", "state=not_reported", Basis.RELEASE)),
        ("import:I8a", Source("I8a", "", Basis.IMPORT)),
        ("roster:training.staff[since=2021]", Source("training.staff", "since=2021", Basis.ROSTER)),
        ("roster:training.staff[months=24]", Source("training.staff", "months=24", Basis.ROSTER)),
        (" previous ", PREVIOUS),
    ],
)
def test_a_source_is_read_and_written_alike(text, source):
    assert parse_source(text) == source
    assert parse_source(str(source)) == source


@pytest.mark.parametrize(
    "text",
    [
        "",
        "households",
        "register:",
        "units:house",
        "units:commune[a=b]",
        "register:a b",
        "x:y.z",
        "release:a[b=c]",
        "import:I8[a=b]",
        "roster:a.b",
        "roster:a.b[months=0]",
    ],
)
def test_what_names_no_source_is_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        parse_source(text)
