"""A history of everyday work in `report_world`, with incidents between its steps or without them.

The same steps are made with the same clock either way: whatever then differs for somebody without the role tells that
an incident came.
"""

from __future__ import annotations

from console_world import DAK_HA, TU_MO_RONG, VILLAGE_1, example, send
from plan_world import SURVEY
from release_world import DAYS, YEAR

from server.access.roles import Role
from server.operations.import_order import OPERATOR, ImportOrder, Load
from server.operations.merge_entities import MergeOrder, merge, undo_merge
from server.operations.progress import silent
from server.operations.rebuild import rebuild
from server.submissions.review import Verdict
from tests.import_field import csv_file, loaded
from tests.register_world import put

PAPER = ("Năm", "Đơn vị", "Mã số liệu", "Số liệu", "Văn bản nguồn")
PHOTO = ("la.jpg", "image/jpeg", b"\xff\xd8\xff mau")
PLACES = {"village": VILLAGE_1, "commune": DAK_HA}


def everyday(world):
    """Yield after each thing that people do who have nothing to do with incidents."""
    services, phones = world.services, world._phones
    yield world.surveys(1)
    sent = example(SURVEY, "lives_alone", 8001, **PLACES)
    yield send(phones, "Y Mẫu", sent, [PHOTO])
    yield send(phones, "Y Mẫu", sent)
    yield send(phones, "Y Mẫu", sent.replace(b"</instanceID>", b"</instanceID><!-- khac -->"))
    yield send(phones, "Y Mẫu", example(SURVEY, "bad_required_missing", 8002, **PLACES))
    yield world.undo(world.decide(Verdict.RETURN, world.send("couple_with_children")))
    yield send(phones, "Y Mẫu", example(SURVEY, "refused", 8003, **PLACES).replace(b'version="', b'version="9'))
    first, second = (put(services, world.project_id, village=VILLAGE_1, status="active", entity_id=one) for one in "ab")
    officer = world.actor(Role.SUPERVISOR, DAK_HA)
    merged = merge(services, officer, MergeOrder(first, second, 1, 1))
    yield undo_merge(services, officer, merged.batch_id)
    order = ImportOrder(world.project_id, "figures", services.today(), "", "Mẫu")
    row = (YEAR, DAK_HA, "report:2017-I.1.total", 1200, "Sổ mẫu")
    yield loaded(world, csv_file(row, headings=PAPER), Load(order, OPERATOR))
    yield rebuild(services, silent)
    yield world.surveys(1)


def incident(world, number):
    """Have happen what may come of an incident, in one of several ways by *number*, and put the clock back."""
    services, before = world.services, world.services.now.at
    match number % 4:
        case 0:
            world.cases((DAK_HA, TU_MO_RONG)[number // 4 % 2], 1)
        case 1:
            told = example("incident", "bad_unknown_with_others", 9000 + number, commune=DAK_HA, case_date=DAYS[3])
            send(world._officer, "Cán bộ mẫu", told, [PHOTO])
            send(world._officer, "Cán bộ mẫu", told.replace(b'version="', b'version="9'), [PHOTO])
        case 2:
            put(services, world.project_id, "trusted_addresses", label="Nhà bà Mẫu", village=VILLAGE_1)
        case _:
            order = ImportOrder(world.separate_id, "cases", services.today(), "", "Mẫu")
            row = (YEAR - 4, DAK_HA, "phieu_b.cases", number, "Sổ mẫu")
            loaded(world, csv_file(row, headings=PAPER), Load(order, OPERATOR))
    services.now.at = before


def live(world, *, with_incidents):
    """Go through the everyday history, with or without an incident between any two of its steps."""
    for number, _ in enumerate(everyday(world)):
        if with_incidents:
            incident(world, number)
