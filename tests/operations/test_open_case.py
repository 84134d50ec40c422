"""A case is read while it lies open to who opened it, in that sign-in; who opens many is told of once an hour."""

from __future__ import annotations

from dataclasses import replace

import pytest
from console_world import DAK_HA, JPEG, VILLAGE_1, example, make_account, send

from server.access.actors import Account, Post
from server.access.openings import OPEN_FOR
from server.access.roles import Role
from server.errors import Forbidden
from server.operations.browse_submissions import Question, browse_submissions
from server.operations.compare_record import compare_record
from server.operations.correct_record import check_correction, start_correction
from server.operations.masked_cases import masked_place
from server.operations.open_case import MANY, WITHIN
from server.operations.read_attachment import read_attachment
from server.operations.read_record import read_record
from server.operations.record_sheet import Step
from server.operations.settle_branch import read_branch
from server.operations.sights import Desk
from server.storage.visible import Operator
from server.territory.units import UnitId
from tests.opened_cases import open_cases

CASES = Question(Desk.INCIDENTS)


@pytest.fixture
def officer(world):
    account_id = make_account(world.services, "phu.trach", (Role.INCIDENT_OFFICER, DAK_HA))
    unit_id = UnitId(world.services.atlas.current().territory.find(DAK_HA, world.services.today()).unit_id)
    post = Post(Role.INCIDENT_OFFICER, unit_id, None, None)
    return Account(account_id, "phu.trach", (post,), elevated=True, session_key="a" * 64)


@pytest.fixture
def case(world):
    """A case with a file, whose form asked for none."""
    xml = example("incident", "new_case", 4400, instanceName="B · 573023 · Nguyễn Thị Mẫu")
    return send(world, "Cán bộ mẫu", xml, [("la.jpg", "image/jpeg", JPEG)]).submission_id


def readings(world, case):
    """Return every way to read the case, as functions of who reads."""
    services = world.services
    with services.reading(Operator()) as uow:
        line = uow.records.one(case)
        files = uow.records.attachments(line.version_id)
    return {
        "record": lambda who: read_record(services, who, case, question=CASES, version_id=None),
        "comparison": lambda who: compare_record(services, who, case, Desk.INCIDENTS),
        "correction": lambda who: start_correction(services, who, case, Desk.INCIDENTS),
        "file": lambda who: read_attachment(services, who, files[0].attachment_id, desk=Desk.INCIDENTS),
    }


def refused(read, who):
    with pytest.raises(Forbidden) as fault:
        read(who)
    return fault.value.code == "case.not_open"


def kept(world, kind):
    with world.services.engine.connect() as connection:
        return connection.exec_driver_sql(f"SELECT count(*) FROM deed WHERE kind = '{kind}'").scalar_one()


def test_every_way_to_read_a_case_is_shut_until_it_is_opened_and_again_afterwards(world, officer, case):
    ways = readings(world, case)
    assert all(refused(read, officer) for read in ways.values())
    assert refused(lambda who: branch(world, who, case), officer)
    assert kept(world, "reading.record") == kept(world, "reading.file") == 0
    open_cases(world.services, officer, case)
    other = replace(officer, session_key="b" * 64)
    for read in ways.values():
        read(officer)
        assert refused(read, other)
    assert (kept(world, "reading.record"), kept(world, "reading.file")) == (3, 1)
    assert refused(readings(world, world.records["incident"])["record"], officer)
    draft = start_correction(world.services, officer, case, Desk.INCIDENTS).draft
    ways["check"] = lambda who: check_correction(world.services, who, draft, step=Step({}), desk=Desk.INCIDENTS)
    ways["check"](officer)
    world.services.now.advance(seconds=OPEN_FOR.total_seconds())
    assert all(refused(read, officer) for read in ways.values())


def branch(world, who, case):
    return read_branch(world.services, who, submission_id=case, branch_id=1, desk=Desk.INCIDENTS)


def test_the_list_never_holds_what_it_masks(world, officer, case):
    page = browse_submissions(world.services, officer, CASES, after=None)
    assert {one.line.instance_name for one in page.records} == {"B · 573023"}
    assert {(one.line.collaborator_name, one.line.collaborator_id) for one in page.records} == {("", None)}


def test_who_opens_many_is_told_of_once_an_hour(world, officer):
    def open_more(count, first):
        sent = [send(world, "Cán bộ mẫu", example("incident", "new_case", first + one)) for one in range(count)]
        open_cases(world.services, officer, *[one.submission_id for one in sent])

    open_more(MANY, 5000)
    assert kept(world, "reading.many") == 0
    open_more(3, 5100)
    assert kept(world, "reading.many") == 1
    world.services.now.advance(seconds=WITHIN.total_seconds() + 1)
    open_more(1, 5200)
    assert kept(world, "reading.many") == 1


def test_a_case_that_lies_in_a_village_is_told_of_by_its_commune(world, case):
    here, today = world.services.atlas.current(), world.services.today()
    with world.services.reading(Operator()) as uow:
        line = uow.records.one(case)
    village = here.territory.resolve(VILLAGE_1, today).unit_id
    places = {masked_place(here, replace(line, unit_id=one), today)[0] for one in (village, line.unit_id)}
    assert places == {"Xã Đăk Hà"}
    assert masked_place(here, replace(line, unit_id=None), today) == ()
