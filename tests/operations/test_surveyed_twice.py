"""Two surveys of one household in a year are both kept and told to both senders, whatever came in between."""

import pytest
from sqlalchemy import select, update

from server.storage.models.submissions import FindingRow, SubmissionRow, SubmissionVersionRow
from server.storage.visible import Reading
from tests.builders import new_id
from tests.register_field import (
    NEIGHBOUR,
    VILLAGE,
    colleague,
    created,
    entity_id,
    household,
    register_field,
    versions,
)
from tests.web.openrosa.test_statement_bounds import counted

pytestmark = pytest.mark.database


@pytest.fixture
def beginning():
    return register_field


@pytest.fixture
def field(begun):
    return begun


def survey(field, one: str, year: str, version: int, **facts: str):
    """Send a survey made on the list as it was at that version; return its record."""
    xml = household(one, update=True, base=version, trunk=version, last_survey_year=year, label="A Tik (mẫu)", **facts)
    return field.send(xml).submission_id


def told(services) -> list[tuple[int, str, str]]:
    """Return the record, the year and the other sender of each finding."""
    with services.engine.connect() as connection:
        found = connection.execute(
            select(SubmissionVersionRow.submission_id, FindingRow.params)
            .join(SubmissionVersionRow, SubmissionVersionRow.id == FindingRow.version_id)
            .where(FindingRow.code == "entity.surveyed_twice")
            .order_by(SubmissionVersionRow.submission_id, FindingRow.id)
        )
        return [(record, params["year"], params["sender"]) for record, params in found]


def records_told(services) -> list[int]:
    return [record for record, _, _ in told(services)]


@pytest.mark.parametrize("last_seen", [1, 2, 3])
def test_a_survey_of_another_year_in_between_hides_nothing(field, services, last_seen):
    one, other = entity_id(), colleague(field)
    field.send(created(one))
    first = survey(field, one, "2026", 1)
    survey(field, one, "2025", 2)
    second = survey(other, one, "2026", last_seen)
    assert records_told(services) == [first, second]
    assert {year for _, year, _ in told(services)} == {"2026"}


def read_from(services, unit: str, record: int) -> list[tuple[str, dict]]:
    """Return what somebody posted at a unit reads of such findings of a record."""
    unit_id = services.atlas.current().territory.resolve(unit, services.today()).unit_id
    with services.reading(Reading(frozenset({unit_id}))) as uow:
        found = uow.records.findings(uow.records.one(record).version_id)
    return [(one.code, dict(one.params)) for one in found if one.code.startswith("entity.surveyed")]


def test_who_sent_the_other_is_told_only_where_that_record_may_be_read(field, services):
    """A phone that names a household of another village would else be told who was in that house, and when."""
    one, other = entity_id(), colleague(field)
    field.send(created(one))
    first = survey(field, one, "2026", 1)
    second = survey(other, one, "2026", 2)
    elsewhere = services.atlas.current().territory.resolve(NEIGHBOUR, services.today()).unit_id
    with services.engine.begin() as connection:
        connection.execute(update(SubmissionRow).where(SubmissionRow.id == second).values(unit_id=elsewhere))
    for unit, record in ((VILLAGE, first), (NEIGHBOUR, second)):
        assert read_from(services, unit, record) == [("entity.surveyed_elsewhere", {"year": "2026"})]
    for record, another in ((first, second), (second, first)):
        ((code, params),) = read_from(services, VILLAGE[:5], record)
        assert (code, params["record"], params["year"]) == ("entity.surveyed_twice", another, "2026")
        assert params["sender"]


def test_surveys_of_different_years_are_told_to_nobody(field, services):
    one, other = entity_id(), colleague(field)
    field.send(created(one))
    survey(field, one, "2024", 1)
    survey(other, one, "2026", 2)
    survey(field, one, "2025", 2)
    assert told(services) == []


def test_the_third_survey_of_a_year_is_told_too(field, services):
    one = entity_id()
    field.send(created(one))
    first, second, third = (survey(colleague(field), one, "2026", version) for version in (1, 2, 2))
    assert set(records_told(services)) == {first, second, third}


def test_what_only_repeats_the_year_is_a_survey_all_the_same(field, services):
    """The second survey changes nothing of the household; the third is a second one once the first is withdrawn."""
    one, other, instance_id = entity_id(), entity_id(), new_id()
    for each in (one, other):
        field.send(created(each))
    said = {"update": True, "base": 1, "trunk": 1, "last_survey_year": "2026", "label": "A Tik (mẫu)"}
    field.send(household(one, instance_id=instance_id, **said))
    second = survey(field, one, "2026", 2)
    field.send(household(other, instance_id=new_id(), deprecated_id=instance_id, **said))
    third = survey(colleague(field), one, "2026", 2)
    assert records_told(services)[-2:] == [second, third]


def test_a_survey_that_was_put_right_to_another_year_or_household_is_no_other_survey(field, services):
    one, instance_id = entity_id(), new_id()
    field.send(created(one))
    said = {"update": True, "base": 1, "trunk": 1, "label": "A Tik (mẫu)"}
    field.send(household(one, instance_id=instance_id, last_survey_year="2026", **said))
    field.send(household(one, instance_id=new_id(), deprecated_id=instance_id, last_survey_year="2025", **said))
    survey(colleague(field), one, "2026", 3)
    assert told(services) == []


def test_an_edit_that_makes_it_the_second_survey_is_told_once_to_each(field, services):
    one, chain = entity_id(), [new_id() for _ in range(3)]
    field.send(created(one))
    said = {"update": True, "base": 2, "trunk": 2, "label": "A Tik (mẫu)"}
    first = survey(field, one, "2026", 1)
    second = field.send(household(one, instance_id=chain[0], last_survey_year="2025", **said)).submission_id
    field.send(household(one, instance_id=chain[1], deprecated_id=chain[0], last_survey_year="2026", **said))
    assert records_told(services) == [first, second]
    field.send(household(one, instance_id=chain[2], deprecated_id=chain[1], last_survey_year="2026", size="9", **said))
    assert records_told(services) == [first, second, second], (
        "what counts of the record now tells it, nobody else again"
    )


def test_an_ordinary_survey_asks_nothing_more_for_it(field, services, engine):
    one = entity_id()
    field.send(created(one))
    survey(field, one, "2025", 1)
    counts = []
    for year, version in (("", 2), ("2026", 3), ("2027", 4)):
        with counted(engine) as asked:
            survey(field, one, year, version)
        counts.append(len(asked))
    assert counts[0] == counts[1] == counts[2], asked.statements
    # The sender, the record with version and words, a finding, the household as it stands, all that is said of it.
    assert counts[0] <= {"postgresql": 5, "sqlite": 10}[engine.dialect.name], asked.statements


@pytest.mark.parametrize("waits_first", [True, False])
def test_a_survey_that_still_waits_counts(field, services, waits_first):
    one, branch = entity_id(), entity_id()
    field.send(created(one))
    late = household(one, update=True, base=3, trunk=1, branch=branch, last_survey_year="2026", label="A Tik (mẫu)")
    waiting = [field.send(late).submission_id] if waits_first else []
    ordinary = survey(colleague(field), one, "2026", 1)
    waiting = waiting or [field.send(late).submission_id]
    assert len(versions(services, one)) == 2
    assert set(records_told(services)) == {ordinary, *waiting}
