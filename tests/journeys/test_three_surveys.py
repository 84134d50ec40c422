"""The shipped forms on one phone: households are made and surveyed offline, and each survey takes one off the list."""

import re
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import select

from server.app import create_app
from server.forms.convert import Converter
from server.operations.add_project import add_project
from server.operations.form_source import read_form_source
from server.operations.publish_form import Audience, check_source, publish_checked
from server.storage.models.registers import EntityRow, EntityVersionRow
from server.storage.models.submissions import FindingRow
from tests.builders import enrol, load_territory
from tests.collect_double import EntityState, JavaRosa, Phone, Survey
from tests.journeys.real_server import environment_of, free_port
from tests.web.openrosa.conftest import LiveServer

pytestmark = [pytest.mark.java, pytest.mark.database]
FORMS = Path(__file__).parents[2] / "xlsforms"
REGISTER, SURVEY = "household_register", "household_conduct_survey"
COMMUNE, VILLAGE = "23500", "23500-03"
HOUSEHOLDS = 5
PLACE = {"/data/where/commune": COMMUNE, "/data/where/village": VILLAGE}


@pytest.fixture(scope="module")
def port():
    return free_port()


@pytest.fixture
def environment(database_url, tmp_path, port):
    return environment_of(database_url, tmp_path, port)


@cache
def checked_forms(public_url: str):
    """Converting takes seconds; both databases get the same forms."""
    sources = [read_form_source(FORMS / form_id) for form_id in (REGISTER, SURVEY)]
    with Converter() as converter:
        return [(one, check_source(one, converter, public_url=public_url, is_sensitive=False)) for one in sources]


@pytest.fixture(scope="module")
def engine_of_forms():
    """One start serves any number of forms and fillings."""
    with JavaRosa() as running:
        yield running


@pytest.fixture
def person(services, clock, port, engine_of_forms):
    """A collaborator of one village, her phone with the two forms on it, and the engine she fills them with."""
    load_territory(services)
    project = add_project(services, "Công tác gia đình (mẫu)")
    for source, checked in checked_forms(services.settings.public_url):
        publish_checked(services, project.project_id, source, checked, audience=Audience(), is_sensitive=False)
    enrolment = enrol(services, project.project_id, unit=VILLAGE)
    with LiveServer(create_app(services), port):
        phone = Phone(enrolment.server_url, username=enrolment.username, clock=clock)
        assert phone.sync().added == (SURVEY, REGISTER)
        yield Person(phone, engine_of_forms, clock)


class Person:
    """A collaborator who fills the forms as they stand on her phone at that moment."""

    def __init__(self, phone: Phone, engine: JavaRosa, clock) -> None:
        self.phone = phone
        self._engine = engine
        self._clock = clock
        self.outbox: list[Survey] = []

    def make_household(self, number: int) -> None:
        """Fill F0 for a new household."""
        answers = {
            "/data/hh_action": "new",
            "/data/consent": "yes",
            "/data/house_no": str(number),
            "/data/details/names/hh_head_name": f"A Mẫu {number}",
        }
        self._fill(REGISTER, answers, seed=number)

    def survey(self, household_id: str) -> None:
        """Fill F1 for a household that is in the list."""
        answers = {
            "/data/where/year": "this_year",
            "/data/who/household_list": "todo",
            "/data/who/household": household_id,
            "/data/who/visit_result": "met",
            "/data/consent": "yes",
        }
        self._fill(SURVEY, answers, seed=len(self.outbox))

    def leave(self, household_id: str) -> None:
        """Fill F0 for a household that is no more."""
        answers = {"/data/hh_action": "gone", "/data/which/household": household_id}
        self._fill(REGISTER, answers, seed=len(self.outbox))

    def to_survey(self) -> list[str]:
        """Return the households F1 offers, in its order; the engine evaluates the list's own expression."""
        form = self._loaded(SURVEY)
        xform = self.phone.forms[SURVEY].xform.decode()
        nodeset = re.findall(r'<select1[^>]* ref="/data/who/household"[^>]*>.*?<itemset nodeset="([^"]*)"', xform)[0]
        blank = self._engine.fill(form, PLACE, now=self._clock(), meta=self.phone.meta).survey.xml
        listed = f"join(' ', {nodeset.replace('&lt;', '<')}/name)"
        return self._engine.xpath(form, [listed], xml=blank, now=self._clock())[0]["text"].split()

    def send_all(self) -> None:
        """Send everything, the newest first and each twice."""
        for survey in reversed(self.outbox):
            assert self.phone.send(survey).ok
            assert self.phone.send(survey).ok
        self.outbox.clear()

    def _fill(self, form_id: str, answers: dict[str, str], *, seed: int) -> None:
        form = self._loaded(form_id)
        filled = self._engine.fill(form, PLACE | answers, seed=seed, now=self._clock(), meta=self.phone.meta)
        assert (filled.valid, filled.unused) == (True, ()), (filled.failed, filled.unused)
        self.phone.keep_filled(filled.survey)
        self.outbox.append(filled.survey)

    def _loaded(self, form_id: str):
        return self._engine.load(self.phone.forms[form_id].xform, self.phone.media(form_id))


def test_after_three_offline_surveys_the_list_is_three_shorter(person, services, clock):
    assert person.to_survey() == []
    for number in range(1, HOUSEHOLDS + 1):
        person.make_household(number)
    offered = person.to_survey()
    assert len(offered) == HOUSEHOLDS, "what was made a minute ago without any network can be surveyed"
    for left, household_id in enumerate(offered[:3], start=1):
        person.survey(household_id)
        assert person.to_survey() == offered[left:]

    person.phone.sync()
    assert person.to_survey() == offered[3:], "a check of the server, which knows nothing yet, changes nothing"
    person.send_all()
    report = person.phone.sync()
    assert (report.failed, report.error, report.mismatched) == ({}, None, ())
    assert sorted(person.to_survey()) == sorted(offered[3:])

    homes = person.phone.entities.entities("households")
    assert {one.state for one in homes.values()} == {EntityState.ONLINE}
    year = str(clock().year)
    assert {one.id: (one.version, one.properties["last_survey_year"]) for one in homes.values()} == {
        entity_id: (2, year) if entity_id in offered[:3] else (1, "") for entity_id in offered
    }
    with services.engine.connect() as connection:
        kept = connection.execute(select(EntityRow.entity_id, EntityRow.version, EntityRow.is_live)).all()
        conflicts = connection.execute(
            select(EntityVersionRow.version).where(EntityVersionRow.conflict != "none")
        ).all()
        findings = connection.execute(select(FindingRow.code, FindingRow.path)).all()
    assert {row.entity_id: (row.version, row.is_live) for row in kept} == {
        one.id: (one.version, True) for one in homes.values()
    }
    assert (conflicts, [one for one in findings if not one.code.startswith("entity.")]) == ([], [])


def test_a_year_later_all_of_them_are_to_be_surveyed_again(person, clock):
    for number in range(1, HOUSEHOLDS + 1):
        person.make_household(number)
    for household_id in person.to_survey()[:3]:
        person.survey(household_id)
    person.send_all()
    clock.advance(days=365)
    person.phone.sync()
    assert len(person.to_survey()) == HOUSEHOLDS


def test_a_household_that_has_gone_is_offered_no_more(person):
    for number in range(1, 4):
        person.make_household(number)
    person.send_all()
    person.phone.sync()
    gone, *stay = person.to_survey()
    person.leave(gone)
    assert person.to_survey() == stay
    person.send_all()
    person.phone.sync()
    assert person.to_survey() == stay
    assert gone not in person.phone.entities.entities("households"), "the list no longer holds it"
