"""Many phones, or one phone many times, at the same moment: every sending succeeds and every record is there once."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from server.operations.envelope import Filed
from server.storage.database import open_engine
from server.storage.models.figures import ContributionRow
from server.storage.models.submissions import AttachmentRow, FindingRow, SubmissionRow, SubmissionVersionRow
from tests.builders import instance, make_field, new_id

pytestmark = pytest.mark.database
SIZES = [(16, 20), pytest.param(50, 200, marks=pytest.mark.full)]


@pytest.fixture
def beginning():
    return make_field


@pytest.fixture
def field(begun):
    return begun


@pytest.fixture
def engine(database_url):
    """Fewer connections than threads: some of them must wait."""
    engine = open_engine(database_url, connections=10)
    yield engine
    engine.dispose()


def at_once(threads: int, send) -> list:
    """Call *send* with 0, 1, … from so many threads, all let go at the same moment; return what each gave."""
    gate = Barrier(threads)

    def let_go(number: int):
        gate.wait()
        return send(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(let_go, range(threads)))


def rows_of(services, column, *where):
    with services.engine.connect() as connection:
        return connection.execute(select(column).where(*where)).scalars().all()


def count_of(services, model) -> int:
    with services.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(model)).scalar_one()


@pytest.mark.parametrize(("threads", "ids"), SIZES)
def test_identical_sendings_at_once_are_all_filed_and_one_row_each(field, services, threads, ids):
    documents = [instance(members="99") for _ in range(ids)]

    def send_all(number: int):
        turned = documents[number % ids :] + documents[: number % ids]
        same_order = number % 2 == 0  # half of them meet at the same record, half come from everywhere
        return [field.send(xml) for xml in (documents if same_order else turned)]

    receipts = [receipt for sent in at_once(threads, send_all) for receipt in sent]
    assert len(receipts) == threads * ids
    assert {type(receipt) for receipt in receipts} == {Filed}
    assert len({(receipt.submission_id, receipt.version_id) for receipt in receipts}) == ids
    assert sorted(rows_of(services, SubmissionRow.root_instance_id)) == sorted(
        rows_of(services, SubmissionVersionRow.instance_id)
    )
    assert (count_of(services, SubmissionRow), count_of(services, SubmissionVersionRow)) == (ids, ids)
    assert count_of(services, FindingRow) == ids
    assert count_of(services, ContributionRow) == 2 * ids


def test_a_chain_of_edits_sent_at_once_is_one_record_that_says_the_last(field, services):
    for _ in range(4):
        chain = [new_id() for _ in range(8)]
        documents = [instance(chain[0], members="1")]
        documents += [
            instance(new, deprecated_id=old, members=str(number))
            for number, (old, new) in enumerate(itertools.pairwise(chain), start=2)
        ]
        receipts = at_once(16, lambda number, sent=documents: field.send(sent[number % 8]))
        assert {type(receipt) for receipt in receipts} == {Filed}
        of_chain = SubmissionVersionRow.instance_id.in_(chain)
        assert len(set(rows_of(services, SubmissionVersionRow.submission_id, of_chain))) == 1
        assert sorted(rows_of(services, SubmissionVersionRow.instance_id, of_chain)) == sorted(chain)
        current = rows_of(services, SubmissionVersionRow.instance_id, of_chain, SubmissionVersionRow.is_current)
        assert current == [chain[-1]]


def test_edits_of_many_records_at_once_do_not_disturb_each_other(field, services):
    roots = [new_id() for _ in range(12)]
    edits = [new_id() for _ in roots]

    def send_both(number: int):
        root, edit = instance(roots[number]), instance(edits[number], deprecated_id=roots[number], members="5")
        order = (edit, root) if number % 2 else (root, edit)
        return [field.send(xml) for xml in order]

    for sent in at_once(12, send_both):
        assert {type(receipt) for receipt in sent} == {Filed}
        assert len({receipt.submission_id for receipt in sent[1:]}) == 1
    alive = rows_of(services, SubmissionRow.id, SubmissionRow.merged_into_id.is_(None))
    assert len(alive) == 12
    assert sorted(rows_of(services, SubmissionVersionRow.instance_id, SubmissionVersionRow.is_current)) == sorted(edits)


def test_photos_of_one_record_in_posts_at_once_all_arrive(field, services):
    xml = instance(photo="1.jpg", photo_2="2.jpg")
    photos = {f"{number}.jpg": bytes([number]) * 500 for number in range(1, 13)}

    def send_one(number: int):
        name = f"{number % 12 + 1}.jpg"
        return field.send(xml, {name: photos[name]})

    receipts = at_once(24, send_one)
    assert {type(receipt) for receipt in receipts} == {Filed}
    assert sorted(rows_of(services, AttachmentRow.name)) == sorted(photos)
    assert all(rows_of(services, AttachmentRow.sha256))
    assert rows_of(services, SubmissionRow.missing_media) == [0]


def test_one_photo_for_many_records_at_once_is_kept_for_each(field, services):
    documents = [instance(photo="1.jpg") for _ in range(12)]
    receipts = at_once(12, lambda number: field.send(documents[number], {"1.jpg": b"the same bytes"}))
    assert {type(receipt) for receipt in receipts} == {Filed}
    assert len(set(rows_of(services, AttachmentRow.media_key))) == 1
    assert rows_of(services, SubmissionRow.missing_media) == [0] * 12
