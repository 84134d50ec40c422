"""Random fillings are valid, reproducible, real enough to show pictures, and cheap enough for thousands."""

from xml.etree import ElementTree as ET

import pytest

from .engine import Form, JavaRosa
from .sample_forms import DEAD_END, HOMES, HOUSEHOLD, LISTED, long_form, xform
from .test_filling import AFTERNOON, texts

pytestmark = pytest.mark.java

ANY_RUN = {"/data/meta/instanceID"}


@pytest.mark.parametrize("seed", range(40))
def test_a_random_filling_is_valid_with_nothing_refused(engine: JavaRosa, household: Form, seed: int):
    filled = engine.fill(household, seed=seed)
    assert filled.valid, filled.failed
    assert filled.refused == ()


def test_random_fillings_reach_every_branch(engine: JavaRosa, household: Form):
    surveys = [engine.fill(household, seed=seed).survey for seed in range(40)]
    counts = {len(list(ET.fromstring(survey.xml).iter("member"))) for survey in surveys}
    consents = {texts(survey.xml)["/data/consent"] for survey in surveys}
    villages = {texts(survey.xml).get("/data/talk/village") for survey in surveys}
    assert counts == {0, 1, 2, 3}
    assert consents == {"yes", "no"}
    assert villages >= {"v1", "v2", "v3"}


def test_the_same_seed_gives_the_same_answers_whatever_was_filled_before(engine: JavaRosa, household: Form):
    with JavaRosa() as fresh:
        form = fresh.load(xform(HOUSEHOLD))
        cold = [texts(fresh.fill(form, seed=seed, now=AFTERNOON).survey.xml) for seed in (3, 4)]
    warm = [texts(engine.fill(household, seed=seed, now=AFTERNOON).survey.xml) for seed in (3, 4)]
    for one, other in zip(cold, warm, strict=True):
        assert {path: one[path] for path in one.keys() - ANY_RUN} == {
            path: other[path] for path in other.keys() - ANY_RUN
        }


def test_given_answers_go_before_random_ones(engine: JavaRosa, household: Form):
    filled = engine.fill(household, {"/data/code": "ZZ999", "/data/member": 2}, seed=1)
    assert texts(filled.survey.xml)["/data/code"] == "ZZ999"
    assert len(list(ET.fromstring(filled.survey.xml).iter("member"))) == 2


def test_random_photos_are_real_jpegs_named_after_the_moment(engine: JavaRosa, household: Form):
    filled = engine.fill(household, {"/data/consent": "yes"}, seed=5, now=AFTERNOON)
    name = filled.attachment_names["/data/talk/photo"]
    assert name.endswith(".jpg")
    assert abs(int(name.removesuffix(".jpg")) - AFTERNOON.timestamp() * 1000) < 600_000
    photo = filled.survey.files[name]
    assert isinstance(photo, bytes)
    assert photo.startswith(b"\xff\xd8\xff")
    assert photo.endswith(b"\xff\xd9")


def test_a_photo_of_a_given_size_is_reproducible(engine: JavaRosa):
    first, again, other = (engine.photo(width=320, height=240, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_random_choices_come_from_the_attached_list(engine: JavaRosa):
    form = engine.load(xform(LISTED), {"homes.csv": HOMES})
    assert {texts(engine.fill(form, seed=seed).survey.xml)["/data/home"] for seed in range(20)} == {"h1", "h2"}


def test_who_gets_stuck_without_a_choice_starts_over(engine: JavaRosa):
    form = engine.load(xform(DEAD_END))
    fillings = [engine.fill(form, seed=seed) for seed in range(20)]
    assert all(filled.valid for filled in fillings)
    stuck = engine.fill(form, {"/data/place": "empty"}, seed=1)
    assert (stuck.valid, stuck.refused[-1].path) == (False, "/data/home")


def test_forty_questions_are_filled_validly_whatever_the_seed(engine: JavaRosa):
    form = engine.load(long_form(40))
    engine.fill(form, seed=0)
    fillings = [engine.fill(form, seed=seed) for seed in range(1, 51)]
    assert all(filled.valid for filled in fillings)
