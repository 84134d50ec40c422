"""What a phone's request asks of the database: a handful of statements, always the same, and nothing while it sends."""

import io
import itertools
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from tests.builders import instance, new_id
from tests.web.openrosa.test_submission_door import part

pytestmark = pytest.mark.database
KIND = "multipart/form-data; boundary=b"


class StatementCount:
    """The statements run so far, without those that only open or end a transaction."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def listen(self, _connection, _cursor, statement, _parameters, _context, executemany) -> None:
        assert not executemany or statement.startswith("INSERT"), "only rows of one table may go as a batch"
        if not statement.startswith("BEGIN"):
            self.statements.append(statement)

    def __len__(self) -> int:
        return len(self.statements)


@contextmanager
def counted(engine):
    count = StatementCount()
    event.listen(engine, "before_cursor_execute", count.listen)
    try:
        yield count
    finally:
        event.remove(engine, "before_cursor_execute", count.listen)


def body(xml: bytes, files: dict[str, bytes] | None = None) -> bytes:
    parts = [part("xml_submission_file", xml, filename="phieu.xml", kind="text/xml")]
    parts += [part(name, content, filename=name, kind="image/jpeg") for name, content in (files or {}).items()]
    return b"".join(parts) + b"--b--\r\n"


def post(client, key, xml, files=None):
    answer = client.post(f"{key}/submission", data=body(xml, files), content_type=KIND)
    assert answer.status_code == 201


def new(client, key):
    post(client, key, instance())


def with_finding_and_photos(client, key):
    post(client, key, instance(members="99", photo="1.jpg", photo_2="2.jpg"), {"1.jpg": b"1", "2.jpg": b"2"})


def with_a_photo_to_come(client, key):
    post(client, key, instance(photo="1.jpg", photo_2="2.jpg"), {"1.jpg": b"1"})


@pytest.mark.parametrize(("send", "most"), [(new, 2), (with_finding_and_photos, 4), (with_a_photo_to_come, 5)])
def test_a_record_costs_the_same_few_statements_however_many_there_are(client, key, engine, send, most):
    new(client, key)
    with counted(engine) as first:
        send(client, key)
    for _ in range(20):
        new(client, key)
    with counted(engine) as later:
        send(client, key)
    assert len(first) == len(later)
    one_by_one = 3 if engine.dialect.name == "sqlite" else 0  # the version, the words and what it adds go along else
    assert len(later) <= most + one_by_one, later.statements


def test_the_same_again_and_more_of_it_cost_few_statements(client, key, engine):
    xml = instance(photo="1.jpg", photo_2="2.jpg")
    post(client, key, xml, {"1.jpg": b"1"})
    with counted(engine) as again:
        post(client, key, xml)
    with counted(engine) as more:
        post(client, key, xml, {"2.jpg": b"2"})
    assert len(again) <= 5, again.statements
    assert len(more) <= 9, more.statements


def test_the_tenth_edit_costs_no_more_than_the_first(client, key, engine):
    chain = [new_id() for _ in range(11)]
    post(client, key, instance(chain[0]))
    counts = []
    for before, after in itertools.pairwise(chain):
        with counted(engine) as edit:
            post(client, key, instance(after, deprecated_id=before, members="5"))
        counts.append(len(edit))
    assert len(set(counts)) == 1
    assert counts[0] <= 16, edit.statements  # four of them put the words it is found by anew


@pytest.mark.parametrize("path", ["/formList", "/submission", "/forms/survey/versions/1/manifest"])
def test_who_asks_is_one_statement_and_a_list_needs_no_other(client, key, engine, path):
    new(client, key)
    client.get(f"{key}/formList")
    with counted(engine) as count:
        assert client.get(f"{key}{path}").status_code in {200, 204}
    assert len(count) == 1, count.statements


class WatchedBody(io.BytesIO):
    """A body that notes at every read how many connections of the engine are in use."""

    def __init__(self, content: bytes, engine) -> None:
        super().__init__(content)
        self._engine = engine
        self.in_use: list[int] = []

    def read(self, size=-1, /):
        self.in_use.append(self._engine.pool.checkedout())
        return super().read(size)

    def readinto(self, buffer, /):
        self.in_use.append(self._engine.pool.checkedout())
        return super().readinto(buffer)


def test_no_connection_is_held_while_a_body_is_read(client, key, engine):
    content = body(instance(photo="1.jpg"), {"1.jpg": b"x" * 2_000_000})
    watched = WatchedBody(content, engine)
    answer = client.post(f"{key}/submission", input_stream=watched, content_type=KIND, content_length=len(content))
    assert answer.status_code == 201
    assert len(watched.in_use) > 3
    assert set(watched.in_use) == {0}
