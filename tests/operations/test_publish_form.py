"""What is published is checked whole, kept for ever, and never two things under one version."""

import pytest
from sqlalchemy import select

from server.errors import Conflict, InvalidInput, NotFound
from server.forms.faults import FormRefused
from server.forms.sheets import SourceKind
from server.operations.add_project import add_practice, add_project
from server.operations.publish_form import Audience, FormSource, publish_form
from server.storage.models.forms import FormFileRow, FormVersionRow
from tests.builders import SURVEY, VERSION, load_territory, publish

pytestmark = pytest.mark.database


@pytest.fixture
def project_id(services) -> int:
    load_territory(services)
    return add_project(services, "Công tác gia đình (mẫu)").project_id


def source(text: str, **beside) -> FormSource:
    return FormSource(text.format(version=VERSION).encode(), SourceKind.MARKDOWN, **beside)


def codes(refused) -> list[str]:
    return [fault.code for fault in refused.value.faults if fault.is_error]


def test_the_same_workbook_twice_is_one_version(services, project_id):
    first, second = publish(services, project_id), publish(services, project_id)
    assert (first.is_new, second.is_new) == (True, False)
    assert first.version_id == second.version_id


def test_other_bytes_under_a_taken_version_are_refused(services, project_id):
    publish(services, project_id)
    with pytest.raises(Conflict, match=r"form\.version_taken"):
        publish(services, project_id, workbook=SURVEY.replace("Số người", "Số nhân khẩu"))


def test_a_new_version_takes_over_and_the_old_stays(services, project_id):
    publish(services, project_id)
    publish(services, project_id, version="2026100102")
    with services.engine.connect() as connection:
        rows = connection.execute(select(FormVersionRow.version, FormVersionRow.is_current).order_by("id")).all()
    assert rows == [(VERSION, False), ("2026100102", True)]


def test_the_units_list_beside_a_workbook_is_a_sample_and_not_published(services, project_id):
    form = source(SURVEY, files={"units.csv": b"name,label\n1,sample\n"})
    publish_form(services, project_id, form, audience=Audience())
    with services.engine.connect() as connection:
        assert connection.execute(select(FormFileRow.kind, FormFileRow.content)).all() == [("units", None)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("| client_editable |", "| submission_url |"), "form.foreign_submission_address"),
        ((". > 0 and . < 31", ". > 0 and frobnicate(.)"), "form.logic.unknown_function"),
        ((". > 0 and . < 31", ". > 0 and ("), "form.logic.syntax"),
        (("${{registered}} = 'yes'", "${{registred}} = 'yes'"), "measure.unknown_question"),
        (("| latest |", "| newest |"), "measure.unknown_word"),
    ],
)
def test_a_form_that_would_do_harm_is_refused_with_its_fault(services, project_id, change, code):
    text = SURVEY.replace(*change)
    if code == "form.foreign_submission_address":
        text = text.replace("| vi (vi) | yes |", "| vi (vi) | https://elsewhere.example/submission |")
    with pytest.raises(FormRefused) as refused:
        publish_form(services, project_id, source(text), audience=Audience())
    assert code in codes(refused)
    with services.engine.connect() as connection:
        assert connection.execute(select(FormVersionRow)).all() == []


def test_a_missing_file_is_named(services, project_id):
    text = SURVEY.replace("| text | household |", "| select_one_from_file commune_numbers.csv | household |")
    with pytest.raises(FormRefused) as refused:
        publish_form(services, project_id, source(text), audience=Audience())
    assert [fault.params for fault in refused.value.faults if fault.is_error] == [{"filename": "commune_numbers.csv"}]


def test_a_list_beside_a_workbook_under_a_registers_name_is_a_sample_and_not_published(services, project_id):
    text = SURVEY.replace("| text | household |", "| select_one_from_file households.csv | household |")
    form = source(text, files={"households.csv": b"name,label\nx,sample\n"})
    publish_form(services, project_id, form, audience=Audience())
    with services.engine.connect() as connection:
        found = connection.execute(select(FormFileRow.name, FormFileRow.kind, FormFileRow.content).order_by("name"))
        assert found.all() == [("households.csv", "entities", None), ("units.csv", "units", None)]


def test_a_practice_twin_takes_no_forms_of_its_own(services, project_id):
    twin = add_practice(services, project_id)
    with pytest.raises(InvalidInput, match=r"form\.practice_project"):
        publish(services, twin.project_id)


def test_an_unknown_project_is_named(services, project_id):
    with pytest.raises(NotFound, match=r"project\.unknown"):
        publish(services, project_id + 7)
