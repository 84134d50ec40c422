"""A file that is named and not yet here is a finding, which goes when the file comes; a rebuild finds the same ones."""

import itertools

import pytest
from sqlalchemy import delete, select

from server.operations.progress import silent
from server.operations.rebuild import rebuild
from server.storage.models.submissions import FindingRow, SubmissionRow
from tests.builders import instance, make_field, new_id

pytestmark = pytest.mark.database
PHOTO, PHOTO_2 = ("attachment.missing", "/data/photo"), ("attachment.missing", "/data/photo_2")


@pytest.fixture
def beginning():
    return make_field


@pytest.fixture
def field(begun):
    return begun


def findings(services, version_id=None):
    asked = select(FindingRow.code, FindingRow.path)
    with services.engine.connect() as connection:
        rows = connection.execute(asked if version_id is None else asked.where(FindingRow.version_id == version_id))
        return sorted(map(tuple, rows))


def assert_rebuilt_alike(services, expected):
    """A rebuild changes nothing, and makes the same findings when there are none left."""
    assert rebuild(services, silent).differed == 0
    with services.engine.connect() as connection:
        connection.execute(delete(FindingRow))
        connection.commit()
    rebuild(services, silent)
    assert findings(services) == expected
    assert rebuild(services, silent).differed == 0


def test_each_file_that_is_not_here_is_told_of_and_flags_nothing(field, services):
    field.send(instance(photo="1.jpg", photo_2="2.jpg"), {"2.jpg": b"two"})
    assert findings(services) == [PHOTO]
    with services.engine.connect() as connection:
        assert connection.execute(select(SubmissionRow.is_flagged)).scalars().all() == [False]
    assert_rebuilt_alike(services, [PHOTO])


def test_it_goes_when_the_file_comes_in_whatever_post(field, services):
    for order in itertools.permutations([{"1.jpg": b"one"}, {"2.jpg": b"two"}, {}]):
        xml, here = instance(photo="1.jpg", photo_2="2.jpg"), {}
        for files in order:
            receipt = field.send(xml, files)
            here |= files
            waiting = [told for told, name in ((PHOTO, "1.jpg"), (PHOTO_2, "2.jpg")) if name not in here]
            assert findings(services, receipt.version_id) == waiting, order
    assert_rebuilt_alike(services, [])


def test_other_findings_stay_when_a_file_comes(field, services):
    xml = instance(photo="1.jpg", members="99")
    field.send(xml)
    broken = ("answer.constraint_broken", "/data/members")
    assert findings(services) == [broken, PHOTO]
    field.send(xml, {"1.jpg": b"one"})
    assert findings(services) == [broken]


def test_a_file_nobody_asked_for_does_not_stand_for_one_that_was(field, services):
    xml = instance(photo="1.jpg")
    field.send(xml, {"other.jpg": b"other"})
    field.send(xml, {"another.jpg": b"another"})
    assert findings(services) == [PHOTO]
    assert_rebuilt_alike(services, [PHOTO])


def test_one_file_named_twice_comes_once(field, services):
    xml = instance(photo="1.jpg", photo_2="1.jpg")
    field.send(xml)
    assert findings(services) == [PHOTO, PHOTO_2]
    field.send(xml, {"1.jpg": b"one"})
    assert findings(services) == []
    assert_rebuilt_alike(services, [])


def test_an_edit_waits_only_for_what_the_record_never_had(field, services):
    original = new_id()
    field.send(instance(original, photo="1.jpg"), {"1.jpg": b"one"})
    edit = field.send(instance(deprecated_id=original, photo="1.jpg", photo_2="2.jpg"))
    assert findings(services, edit.version_id) == [PHOTO_2]
    assert_rebuilt_alike(services, [PHOTO_2])


def test_a_late_file_of_the_first_version_is_not_taken_for_that_of_the_edit(field, services):
    original = new_id()
    xml = instance(original, photo="1.jpg")
    first = field.send(xml)
    edit = field.send(instance(deprecated_id=original, photo="2.jpg"))
    field.send(xml, {"1.jpg": b"one"})
    assert findings(services, first.version_id) == []
    assert findings(services, edit.version_id) == [PHOTO]
    assert_rebuilt_alike(services, [PHOTO])
