"""Who may open what: every route of the console, for every kind of person, in and out of their territory.

The table is made from the application's own routes: a page that is added without a place here fails.
"""

from __future__ import annotations

import re

import pytest
from console_world import DAK_HA, TU_MO_RONG, VILLAGE_1, client_of, csrf_of, example, make_account, send

from server.access.roles import PERMISSIONS_OF, SEALED, Permission, Role
from server.operations.import_order import Asker, ImportOrder, Load
from server.operations.run_import import FileFacts, keep_file
from server.storage.visible import Operator
from server.web.guard import permission_of
from tests.register_world import put

HERE, ELSEWHERE = DAK_HA, TU_MO_RONG
PEOPLE = {
    "visitor": None,
    "no post": (None, HERE, False),
    "supervisor here": (Role.SUPERVISOR, HERE, False),
    "supervisor elsewhere": (Role.SUPERVISOR, ELSEWHERE, False),
    "analyst": (Role.ANALYST, HERE, False),
    "administrator here": (Role.ADMINISTRATOR, HERE, False),
    "administrator elsewhere": (Role.ADMINISTRATOR, ELSEWHERE, False),
    "incident officer, first step": (Role.INCIDENT_OFFICER, HERE, False),
    "incident officer here": (Role.INCIDENT_OFFICER, HERE, True),
    "incident officer elsewhere": (Role.INCIDENT_OFFICER, ELSEWHERE, True),
}
# What a granted request without a body worth having answers, where that is not 200.
ANSWERS = {
    "sign_in": 303,  # signed in already
    "sign_in_try": 401,
    "sign_out": 303,
    "second_step_try": 401,
    "submissions_decide": 400,
    "submissions_approve": 400,
    "submissions_view_save": 400,  # it has no name
    "submissions_view_change": 400,
    "submissions_file_of_list": 404,  # there is no file of that kind
    "incidents_decide": 400,
    "submissions_sheet_keep": 400,
    "submissions_sheet_check": 400,  # no draft came with it
    "submissions_correct_check": 400,
    "incidents_correct_check": 400,
    "submissions_correct": 400,  # no draft came with it
    "incidents_correct": 400,
    "submissions_branch": 404,  # there is one version
    "incidents_record": 303,  # a case is asked for with a reason first
    "incidents_compare": 303,
    "incidents_correcting": 303,
    "incidents_branch": 303,
    "incidents_open": 400,  # no reason was given
    "submissions_settle": 404,
    "incidents_settle": 403,
    "held_release": 409,
    "held_discard": 400,
    "incidents_held_open": 400,  # no reason was given
    "incidents_held_release": 409,
    "incidents_held_discard": 400,
    "collaborator_enrol": 400,
    "collaborator_revoke": 400,
    "practice_clear": 400,  # not sure
    "forms_send": 400,  # no file
    "forms_offer": 404,  # nothing is looked at
    "forms_publish": 404,
    "forms_forget": 303,
    "forms_give": 404,  # nothing is on trial
    "forms_end": 404,
    "own_password": 400,  # nothing was typed
    "own_end": 303,
    "account_make": 400,
    "account_post": 400,
    "account_post_end": 404,  # no post is named
    "account_close": 303,
    "incidents_reopen": 404,  # an officer who administers nobody
    "collaborator_cards": 400,  # nobody is ticked
    "collaborator_phone": 303,
    "register_sheet": 404,  # no village is named
    "register_settle": 409,  # nothing was seen
    "register_edit": 409,
    "register_remove": 409,
    "register_restore": 409,
    "register_answer": 409,
    "imports_send": 400,
    "imports_agree": 409,
    "imports_undo": 303,
    "imports_forget": 303,
    "indicators_activities_file": 404,  # a list of households is no kind of file
    "paper_type": 303,
    "paper_undo": 404,  # the file is none of figures
    "paper_figure": 404,  # no figure is named
    "incidents_paper_type": 303,
    "incidents_paper_undo": 404,
    "incidents_paper_figure": 404,
    "indicator_locks": 200,
    "incidents_quarters_confirm": 404,  # no commune is named
    "incidents_quarters_withdraw": 404,  # nothing was confirmed
    "indicator_lock": 404,  # nothing is locked
    "indicator_lock_records": 404,
    "indicator_lock_file": 404,
    "indicator_lock_new": 404,  # no unit is named
    "indicator_lock_make": 400,
    "register_merge": 409,
    "report": 400,  # no unit was said
    "report_draft": 400,
    "report_words": 400,
    "report_issue": 400,
    "report_issued": 404,  # nothing was issued
    "report_issued_file": 404,
    "layouts_send": 400,
    "incidents_report_open": 400,
    "register_dismiss": 404,  # nothing was found
    "register_reopen": 404,
    "register_part": 404,
    "indicators_published_tables": 404,  # nothing was published
    "indicators_published_file": 404,
    "incidents_published": 404,  # nobody here answers for the province
    "incidents_published_tables": 404,
    "incidents_published_file": 404,
    "incidents_published_sign": 400,  # nobody said to be sure
    "plans_send": 400,
    "plans_workbook": 404,  # no plan is published
    "plans_offer": 404,  # nothing is looked at
    "plans_publish": 404,
    "plans_forget": 303,
    "indicators_completeness_file": 404,  # there is no file of that kind
}
ABOUT_ONE_THING = {"submission_id", "upload_id", "collaborator_id", "account_id", "entity_key", "import_id", "token"}


@pytest.fixture
def held_id(world):
    """Return an upload held from a collaborator who works here."""
    xml = example("household_conduct_survey", "refused", 500).replace(b'version="', b'version="9')
    return send(world, "Y Mẫu", xml).upload_id


@pytest.fixture
def import_id(world):
    """Return a file that was loaded by somebody posted here."""
    services = world.services
    loader = make_account(services, "nguoi.nap", (Role.SUPERVISOR, HERE))
    unit = services.atlas.current().territory.find(HERE, services.today()).unit_id
    asker = Asker(loader, frozenset({unit}), None, Operator())
    load = Load(ImportOrder(world.project_id, "totals", services.today()), asker)
    return keep_file(services, load, FileFacts("tong-so-ho.csv", "0" * 64), state="done")


def console_rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("console.")]


def address_of(rule, world, held_id, import_id):
    """Return the address of a page about something that lies here."""
    name = rule.endpoint.removeprefix("console.")
    kind = "trusted_addresses" if name.startswith("incidents") else "households"
    about_entity = "entity_key" in rule.arguments
    parts = {
        "submission_id": world.records["incident" if name.startswith("incidents") else "37"],
        "upload_id": _held_case(world) if name.startswith("incidents") and "upload_id" in rule.arguments else held_id,
        "collaborator_id": 1,
        "account_id": _account_id(world, "nguoi.nap") if "account_id" in rule.arguments else 0,
        "entity_key": put(world.services, world.project_id, kind, village=VILLAGE_1) if about_entity else 0,
        "other_key": put(world.services, world.project_id, village=VILLAGE_1) if about_entity else 0,
        "version_id": 999999,
        "suspect_id": 999999,
        "batch_id": 999999,
        "plan_id": 999999,
        "view_id": 999999,
        "list_name": "clubs",
        "token": "not-made-for-this-session",
        "code": "I6",
        "lock_id": 999999,
        "no_case_id": 999999,
        "name": "console.css",
        "import_id": import_id,
        "template_id": 1,
        "issue_id": 1,
        "kind": "households",
    }
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(parts[found[1]]), rule.rule)


def _held_case(world):
    xml = example("incident", "new_case", 501).replace(b'version="', b'version="9')
    return send(world, "Cán bộ mẫu", xml).upload_id


def _account_id(world, login):
    with world.services.reading(Operator()) as uow:
        return uow.accounts.by_login(login).account_id


def expected(rule, permission, person):
    """Return the status that the tables of roles and territory call for."""
    name = rule.endpoint.removeprefix("console.")
    granted = ANSWERS.get(name, 200)
    if permission is Permission.PUBLIC:
        return 200
    if person is None:
        # What is asked while somebody types leads nowhere: the page it stands on stays.
        is_live = name.endswith(("_correct_check", "_sheet_check"))
        return {"sign_in": 200, "sign_in_try": 401}.get(name, 401 if is_live else 303)
    role, unit, elevated = person
    if name in {"second_step", "second_step_try"} and role is not Role.INCIDENT_OFFICER:
        return 404
    if permission in {Permission.SIGN_IN_PUBLIC, Permission.OWN_SESSION}:
        return granted
    if role is None or permission not in PERMISSIONS_OF[role]:
        return 404 if permission in SEALED else 403
    if permission in SEALED and not elevated:
        return 303
    about = set(rule.arguments) & ABOUT_ONE_THING
    looks_first = granted != 400 or name in {"account_post", "incidents_open", "incidents_held_open"}
    if about and (unit == ELSEWHERE or "token" in about) and looks_first:
        return 404
    is_of_plan = name not in ANSWERS and (name == "indicator" or name.startswith("indicator_"))
    return 404 if is_of_plan else granted  # no plan is published


@pytest.mark.parametrize("who", PEOPLE)
def test_every_route_answers_each_kind_of_person_as_the_tables_say(app, world, held_id, import_id, who):
    person = PEOPLE[who]
    client = app.test_client()
    if person is not None:
        role, unit, elevated = person
        make_account(world.services, "ai.do", *([(role, unit)] if role else []))
        client = client_of(app, world, "ai.do", elevated=elevated)
    found, wanted = {}, {}
    rules = sorted(console_rules(app), key=lambda rule: rule.endpoint == "console.sign_out")
    for rule in rules:
        method = "POST" if "POST" in rule.methods else "GET"
        # A visitor has no page with a token but the sign-in page.
        token = csrf_of(client, "/sign-in" if person is None else "/collaborators/new") or csrf_of(client)
        typed = {"csrf_token": token} if method == "POST" else None
        answer = client.open(address_of(rule, world, held_id, import_id), method=method, data=typed, buffered=True)
        found[rule.endpoint] = answer.status_code
        wanted[rule.endpoint] = expected(rule, permission_of(app, rule.endpoint), person)
    assert found == wanted


def test_another_territorys_things_look_like_things_that_are_not_there(app, world, held_id):
    make_account(world.services, "ai.do", (Role.SUPERVISOR, ELSEWHERE))
    client = client_of(app, world, "ai.do")
    household = put(world.services, world.project_id, village=VILLAGE_1)
    for kind, there in (("submissions", world.records["37"]), ("collaborators", 1), ("entities", household)):
        hidden, absent = client.get(f"/{kind}/{there}"), client.get(f"/{kind}/999999")
        assert (hidden.status_code, hidden.data) == (absent.status_code, absent.data)


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ANALYST, Role.ADMINISTRATOR])
def test_incidents_leave_no_trace_for_anybody_else(app, world, role):
    make_account(world.services, "ai.do", (role, HERE))
    client = client_of(app, world, "ai.do")
    address = put(world.services, world.project_id, "trusted_addresses", label="Nhà bà Mẫu", village=VILLAGE_1)
    pages = ["/", "/submissions?state=all", "/submissions?state=all&q=vu", "/held", "/collaborators", "/indicators"]
    pages += ["/households?show=all", "/households?show=all&q=ba", "/registers/clubs", f"/entities/{address}"]
    text = "".join(client.get(page, follow_redirects=True).text for page in pages)
    for trace in (
        "Vụ việc",
        "incident",
        "phieu_b",
        "Cán bộ mẫu",
        "Công việc riêng",
        "Phiếu B",
        "Nhà bà Mẫu",
        "tin cậy",
    ):
        assert trace not in text
    hidden, absent = client.get("/incidents"), client.get("/nothing-of-the-kind")
    assert (hidden.status_code, hidden.data) == (absent.status_code, absent.data)


def test_a_post_that_ends_is_lost_at_the_next_click(app, world):
    make_account(world.services, "ai.do", (Role.SUPERVISOR, HERE))
    client = client_of(app, world, "ai.do")
    assert client.get("/submissions").status_code == 200
    with world.services.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE post SET valid_to = '2026-10-04'")
    assert client.get("/submissions").status_code == 403
    assert client.get(f"/submissions/{world.records['37']}").status_code == 403
