"""A form is compiled once for the same bytes, and anew for others."""

from pathlib import Path

import pytest

from server.errors import InvalidInput
from server.submissions.compiled_forms import compiled_form

XFORM = Path(__file__).parents[2] / "xlsforms" / "training_event" / "form.xml"


def test_the_same_bytes_are_compiled_once_and_others_anew():
    first = compiled_form(XFORM.read_bytes())
    assert compiled_form(XFORM.read_bytes()) is first
    assert first.definition.form_id == "training_event"
    other = compiled_form(XFORM.read_bytes().replace(b'id="training_event"', b'id="another"', 1))
    assert other.definition.form_id == "another"


def test_bytes_that_are_no_form_are_refused_every_time():
    for _ in range(2):
        with pytest.raises(InvalidInput):
            compiled_form(b"<h:html/>")
