"""Records whose days, numbers and points stand at the ends of their ranges are read, shown, counted and rebuilt."""

from __future__ import annotations

from collections import defaultdict
from io import BytesIO
from uuid import uuid4

import pytest
from console_world import DAK_HA, FORMS, VILLAGE_1, client_of, csrf_of
from lxml import etree
from sqlalchemy import select

from server.app import create_app
from server.operations.progress import silent
from server.operations.rebuild import rebuild
from server.operations.run_jobs import run_round
from server.storage.models.submissions import SubmissionRow
from tests.marked_province import build_marked
from tests.random_people import WATCHERS, settle

DAYS = ("0001-01-01", "9999-12-31", "9999-12-31T23:59:59-12:00", "1582-10-14", "-0001-01-01", "٢٠٢٦-٠١-٠١")
NUMBERS = ("0", "-1", str(2**31), str(2**63), "9" * 400, "1e999", "NaN", "²")
ENDS = {
    "date": DAYS,
    "dateTime": ("9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00.000+14:00", *DAYS),
    "int": NUMBERS,
    "decimal": NUMBERS,
    "geopoint": ("90 180 0 0", "-90 -180 -9e99 9e99", "14 108 1e999 1e999", "NaN NaN NaN NaN", "91 181 0 0"),
}
"""By datatype, what stands in a record; no phone sends most of it."""
EXAMPLES = {
    "household_conduct_survey": "couple_with_children",
    "household_register": "change_of_head",
    "training_event": "club_meeting",
    "commune_register": "active_model",
    "incident": "new_case",
}
PAGES_OF_ALL = (
    "/", "/submissions?state=all&of={year}", "/submissions/file.csv?state=all", "/submissions/file.xlsx?state=all",
    "/incidents?state=all", "/map?state=all", "/map/marks?state=all&box=-180,-90,180,90&zoom=3", "/households?show=all",
    "/households/duplicates", "/activities?year={year}", "/completeness?year={year}", "/indicators?year={year}",
    "/indicators/I6?year={year}", "/indicators/I6/years?year={year}", "/locks?year={year}", "/reports?year={year}",
    "/history", "/collaborators", "/api/v1/submissions", "/api/v1/registers/households",
)  # fmt: skip


@pytest.fixture
def beginning():
    return build_marked


@pytest.fixture
def app(services):
    return create_app(services)


def leaves_of(form_id, name):
    """Return an example of a form and its leaves of each datatype but text; entities are new ones."""
    folder = FORMS / form_id
    binds = etree.fromstring((folder / "form.xml").read_bytes()).iter("{*}bind")
    types = {one.get("nodeset"): one.get("type") for one in binds}
    root = etree.fromstring((folder / "examples" / f"{name}.xml").read_bytes())
    leaves = defaultdict(list)
    for leaf in root.iter("{*}*"):
        steps = [etree.QName(one).localname for one in (leaf, *leaf.iterancestors())]
        kind = types.get("/" + "/".join(reversed(steps)))
        if not len(leaf) and kind in ENDS:
            leaves[kind].append(leaf)
    for entity in root.iter("{*}entity"):
        for one in ("update", "branchId", "trunkVersion", "baseVersion"):
            entity.attrib.pop(one, None)
        entity.set("create", "1")
    return root, leaves


def records_at_ends(form_id, name):
    """Yield records of which every day, time, number and point stands at an end of its range."""
    root, leaves = leaves_of(form_id, name)
    for turn in range(max(len(ENDS[kind]) for kind in leaves)):
        for kind, some in leaves.items():
            for leaf in some:
                leaf.text = ENDS[kind][turn % len(ENDS[kind])]
        yield root


def sent(root):
    """Return the bytes of a record under an id of its own, about an entity of its own."""
    for one in root.iter("{*}instanceID"):
        one.text = f"uuid:{uuid4()}"
    for one in root.iter("{*}entity"):
        one.set("id", str(uuid4()))
    return etree.tostring(root)


def send_all(app, marked):
    """Have phones send a record at each end of each range."""
    phone = app.test_client()
    for form_id, name in EXAMPLES.items():
        (project, key), *_ = marked.parts["token"][DAK_HA if form_id == "incident" else VILLAGE_1]
        for root in records_at_ends(form_id, name):
            parts = {"xml_submission_file": (BytesIO(sent(root)), "phieu.xml", "text/xml")}
            answer = phone.post(f"/v1/key/{key}/projects/{project}/submission", data=parts)
            assert answer.status_code == 201, (form_id, answer.text)


def pages_of(row):
    """Return the pages of a record."""
    desk = "incidents" if row.is_sensitive else "submissions"
    return [f"/{desk}/{row.id}{page}" for page in ("?state=all", "/compare", "/correct")]


def test_records_at_the_ends_of_ranges_are_read_shown_and_rebuilt(app, begun):
    marked, services = begun, begun.world.services
    settle(marked, WATCHERS[:1])
    officer = client_of(app, marked.world, WATCHERS[0].login, elevated=True)
    before = {row.id for row in records(services)}
    send_all(app, marked)
    rows = [row for row in records(services) if row.id not in before]
    assert all(row.is_derived for row in rows)
    run_round(services)
    typed = {"csrf_token": csrf_of(officer), "reason": "handling", "words": "Xem (mẫu)"}
    for row in rows:
        if row.is_sensitive:
            assert officer.post(f"/incidents/{row.id}/open", data=typed).status_code == 303
    assert {officer.get(page).status_code for row in rows for page in pages_of(row)} == {200}
    asked = [page.format(year=year) for page in PAGES_OF_ALL for year in (1, 2026, 9999)]
    told = {page: officer.get(page, buffered=True).status_code for page in asked}
    assert set(told.values()) == {200, 400}, "of a year that nobody reports on, nothing is told"
    assert not [page for page, status in told.items() if status == 400 and "2026" in page]
    made = rebuild(services, silent)
    assert (made.underived, made.differed) == (0, 0)


def records(services):
    """Return the records there are."""
    rows = SubmissionRow
    with services.engine.connect() as connection:
        return connection.execute(select(rows.id, rows.is_derived, rows.is_sensitive)).all()
