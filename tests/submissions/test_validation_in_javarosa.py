"""Of records JavaRosa filled in we find nothing wrong, and of damaged ones it and we say the same, node by node.

Asked of the project's own forms, of the varied ones in ``forms/`` and of one of 250 questions. What we say otherwise on
purpose is in docs/decisions/0008-where-we-differ-from-the-form-engine.md.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pytest
from collect_double.engine import Form, JavaRosa
from differential import JUST_BEFORE_MIDNIGHT, NOON, damaged, disagreements, errors, filled
from varied_forms import NAMES, PROJECT_FORMS, VariedForm, varied_form

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.java
Loaded = tuple[VariedForm, Form]
FILLINGS, DAMAGES = 8, 3


@pytest.fixture(scope="module")
def engine() -> Iterator[JavaRosa]:
    with JavaRosa() as running:
        yield running


@pytest.fixture(scope="module", params=[*PROJECT_FORMS, *NAMES, "long"])
def loaded(request: pytest.FixtureRequest, engine: JavaRosa) -> Loaded:
    form = varied_form(request.param)
    return form, engine.load(form.xform, form.media)


def test_record_the_engine_filled_in_has_no_findings(engine: JavaRosa, loaded: Loaded) -> None:
    form, ready = loaded
    xmls = [one.survey.xml for one in filled(engine, ready, range(FILLINGS), JUST_BEFORE_MIDNIGHT)]
    assert len(xmls) > FILLINGS // 2
    assert [errors(form, xml) for xml in xmls] == [[]] * len(xmls)


def test_of_every_record_we_say_what_the_engine_says(engine: JavaRosa, loaded: Loaded) -> None:
    form, ready = loaded
    for seed, one in enumerate(filled(engine, ready, range(FILLINGS), NOON)):
        assert disagreements(form, engine, ready, one.survey.xml) == [], seed
        for again in range(DAMAGES):
            xml = damaged(form, one.survey.xml, seed * DAMAGES + again)
            assert disagreements(form, engine, ready, xml) == [], (seed, again, xml)


@pytest.mark.full
def test_ten_thousand_records_have_no_findings_and_the_engine_agrees(engine: JavaRosa, loaded: Loaded) -> None:
    form, ready = loaded
    share = 10_000 // (len(NAMES) + len(PROJECT_FORMS)) + 1
    records = filled(engine, ready, range(1000, 1000 + share * 2), NOON)
    for seed, one in enumerate(islice(records, share)):
        assert errors(form, one.survey.xml) == [], seed
        xml = damaged(form, one.survey.xml, seed)
        assert disagreements(form, engine, ready, xml) == [], (seed, xml)
