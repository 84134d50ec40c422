"""What setting up and samples are made of: form folders, sample surveys, the doctor's eye."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from server.errors import InvalidInput, NotFound
from server.forms.sheets import SourceKind
from server.forms.xform import read_form
from server.operations.check_server import check_server
from server.operations.form_source import form_folders, read_form_source
from server.operations.open_services import incoming_folder, make_services
from server.operations.sample_survey import FORM_ID, SampleSurvey, survey_xml, visit_day
from server.settings import read_settings
from server.submissions.instance import read_instance

FORMS = Path(__file__).parents[2] / "xlsforms"
TODAY = date(2026, 11, 24)


def survey(number, **changes):
    plain = SampleSurvey(number, "23500", "23500-01", visit_day(number, TODAY), "số mẫu", "1")
    return replace(plain, **changes)


def test_a_folder_s_workbook_goes_before_its_snapshot():
    source = read_form_source(FORMS / FORM_ID)
    assert source.kind is SourceKind.XLSX
    assert {"units.csv", "households.csv", "commune_numbers.csv"} <= source.files.keys()


def test_a_single_file_brings_the_media_beside_it():
    assert "units.csv" in read_form_source(FORMS / FORM_ID / "form.xml").files


def test_measures_beside_an_xform_are_taken_and_beside_a_workbook_are_not(tmp_path):
    (tmp_path / "form.xml").write_bytes(b"<h/>")
    (tmp_path / "measures.csv").write_bytes(b"name\n")
    assert read_form_source(tmp_path).measures == b"name\n"
    (tmp_path / "form.csv").write_bytes(b"survey\n")
    assert read_form_source(tmp_path).measures is None


def test_only_folders_with_a_form_are_forms():
    assert "plans" not in [one.name for one in form_folders(FORMS)]
    assert len(form_folders(FORMS)) == 5


def test_what_is_no_form_is_refused(tmp_path):
    with pytest.raises(NotFound, match=r"form\.no_file"):
        read_form_source(tmp_path)
    (tmp_path / "form.docx").write_bytes(b"x")
    with pytest.raises(InvalidInput, match=r"form\.unknown_kind"):
        read_form_source(tmp_path / "form.docx")


def test_a_sample_survey_is_the_same_at_every_call():
    assert survey_xml(survey(7)) == survey_xml(survey(7))
    assert survey(7).instance_id != survey(8).instance_id


@pytest.mark.parametrize("number", range(1, 31))
def test_a_sample_survey_has_only_nodes_of_its_form(number):
    instance = read_instance(survey_xml(survey(number)))
    assert instance.form_id == FORM_ID
    assert instance.instance_id == survey(number).instance_id
    known = {node.name for node in read_form((FORMS / FORM_ID / "form.xml").read_bytes()).leaves()}
    told = {one.tag for one in instance.root.iter() if len(one) == 0}
    assert told <= known


@pytest.mark.parametrize("today", [TODAY, date(2026, 1, 1), date(2026, 2, 28)])
def test_a_sample_visit_lies_in_this_year_and_not_in_the_future(today):
    days = [visit_day(number, today) for number in range(1, 151)]
    assert all(day.year == today.year and day <= today for day in days)


def test_a_clock_that_woke_up_in_the_past_is_seen(services):
    asleep = replace(services, now=lambda: datetime(2020, 1, 1, tzinfo=UTC))
    codes = {one.code: one.is_good for one in check_server(asleep)}
    assert codes["doctor.clock_wrong"] is False


def test_jobs_that_fail_again_and_again_are_seen(services):
    with services.unit_of_work(services.operator()) as uow:
        uow.outbox.add([("derive_submission", {"version_id": 1})], services.now())
    at = services.now()
    for _ in range(5):
        with services.unit_of_work(services.operator()) as uow:
            (job,) = uow.outbox.claim(at, 1)
            uow.outbox.postpone(job.job_id, until=at, error="submission.unknown")
        at += timedelta(minutes=10)
    (stuck,) = [one for one in check_server(services) if one.code == "doctor.jobs_stuck"]
    assert (stuck.is_good, stuck.params["error"]) == (False, "submission.unknown")


def test_a_store_that_cannot_be_written_is_seen(services, tmp_path):
    incoming = tmp_path / "media" / "incoming"
    for one in incoming.iterdir():
        one.unlink()
    incoming.rmdir()
    incoming.write_bytes(b"a file where a folder should be")
    assert [one.is_good for one in check_server(services) if one.code.startswith("media.")] == [False]


def test_uploads_land_beside_a_sqlite_file_or_where_temporary_files_go(environment, tmp_path):
    settings = read_settings(environment)
    here = replace(settings, database_url=f"sqlite:///{tmp_path}/nepnha.db")
    there = replace(settings, database_url="postgresql+psycopg://db/nepnha")
    assert incoming_folder(here) == tmp_path / "incoming"
    assert incoming_folder(there).parent != tmp_path


def test_services_made_from_settings_have_the_real_clock_and_fresh_ids(environment):
    services = make_services(read_settings(environment))
    assert abs(services.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert services.new_id() != services.new_id()
    services.media.close()
    services.engine.dispose()
