"""Every page of the console, opened by somebody who holds every post: at most twelve statements each.

The list is made from the application's own routes: a page that is added without a place here fails.
"""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from console_world import (
    DAK_HA,
    FORMS,
    PROVINCE,
    TU_MO_RONG,
    VILLAGE_1,
    client_of,
    csrf_of,
    example,
    make_account,
    publish,
    send,
)
from plan_world import workbook
from release_world import YEAR
from report_world import COMMUNE
from test_console_authorisation import console_rules
from test_form_pages import changed
from test_incident_traces import INDICATORS, app, made, world
from test_statement_counts import counted

from server.access.roles import Role
from server.operations.import_order import Asker, ImportOrder, Load
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.run_import import FileFacts, keep_file
from server.storage.visible import Operator
from tests.opened_cases import open_page
from tests.register_world import put

__all__ = ["app", "made", "world"]

MOST = 12
# What is asked of a page, where its address alone does not show it at its fullest.
ASKED = {
    "submissions": "state=all",
    "submissions_sheet": "writer=1&form={form}",
    "incidents_sheet": "writer=1&form={form}",
    "map": "state=all",
    "indicators": "year={year}&within={unit}",
    "indicator": "year={year}&within={unit}&level=village",
    "indicator_file": "year={year}",
    "indicator_years": "year={year}",
    "indicator_years_file": "year={year}",
    "indicator_records": "year={year}&unit={unit}",
    "indicator_locks": "year={year}",
    "indicator_lock_new": "project={project}&unit={province}&period={year}",
    "indicator_lock_records": "indicator=I6&unit={locked}",
    "indicators_completeness": "year={year}&within={unit}",
    "indicators_activities": "year={year}",
    "indicators_published_tables": "project={separate}&plan=cong-khai&year={year}",
    "indicators_published_file": "project={separate}&plan=cong-khai&year={year}",
    "incidents_published_tables": "project={separate}&plan=cong-khai&year={year}",
    "incidents_published_file": "project={separate}&plan=cong-khai&year={year}",
    "incidents_quarters": "year={year}",
    "report": "unit={unit}&year={year}",
    "report_draft": "unit={unit}&year={year}",
    "incidents_report": "template={template}&unit={unit}&year={year}",
    "paper": "year={year}&unit={unit}",
    "incidents_paper": "year={year}&unit={unit}",
    "paper_figure": "project={project}&unit={unit}&period={year}&key=report:2017-I.1.total",
    "incidents_paper_figure": "project={separate}&unit={unit}&period={year}&key=incident.cases",
    "registers": "show=all",
    "register_sheet": "unit={village}",
    "register_list": "show=all",
}
# Pages about one thing by a token of the page that shows it, and versions that have to be chosen between.
ELSEWHERE = {
    "submissions_file",
    "submissions_thumb",
    "incidents_file",
    "incidents_thumb",
    "submissions_branch",
    "incidents_branch",
}
NEWEST = {
    "submission_id": "SELECT min(id) FROM submission WHERE project_id = 1",
    "case": "SELECT max(submission.id) FROM submission JOIN project ON project.id = project_id WHERE kind = 'separate'",
    "form": "SELECT min(id) FROM form_version",
    "lock_id": "SELECT max(id) FROM period_lock",
    "issue_id": "SELECT max(id) FROM report_issue",
    "plan_id": "SELECT max(id) FROM plan",
    "collaborator_id": "SELECT min(id) FROM collaborator",
    "account_id": "SELECT max(id) FROM account",
    "separate": "SELECT id FROM project WHERE kind = 'separate'",
}
KINDS = {
    "submissions_file_of_list": "csv",
    "imports_template": "households",
    "report_issued_file": "xlsx",
}


@pytest.fixture
def client(app, world):
    make_account(world.services, "moi.viec", *((role, PROVINCE) for role in Role if role is not Role.COLLABORATOR))
    return client_of(app, world, "moi.viec", elevated=True)


@pytest.fixture
def there(client, world):
    """Return one id of each kind, of things that lie here."""
    services, survey = world.services, "household_conduct_survey"
    world.households(f"{TU_MO_RONG}-01", 1)
    publish(services, world.project_id, "training_event")
    whole = FORMS / "plans" / "plan-2026-2030-draft.xlsx"
    publish_plan(services, world.project_id, PlanSource(whole.stem, whole.read_bytes()))
    world.typed("incident.cases", 3, is_sensitive=True)
    send(world._phones, "Y Mẫu", example(survey, "refused", 500).replace(b'version="', b'version="9'))
    for address, file in (("/forms", changed()), ("/plans", workbook(indicators=INDICATORS[:2]))):
        typed = {"project": world.project_id, "csrf_token": csrf_of(client, address)}
        typed["file"] = (BytesIO(file), "plan.xlsx")
        assert client.post(address, data=typed).status_code == 303
    with services.engine.connect() as connection:
        ids = {name: connection.exec_driver_sql(sql).scalar_one() for name, sql in NEWEST.items()}
    unit = world.unit(DAK_HA)
    asker = Asker(ids["account_id"], frozenset({unit}), None, Operator())
    load = Load(ImportOrder(world.project_id, "totals", services.today()), asker)
    ids |= {
        "import_id": keep_file(services, load, FileFacts("tong-so-ho.csv", "0" * 64), state="done"),
        "entity_key": put(services, world.project_id, village=VILLAGE_1),
        "other_key": put(services, world.project_id, village=VILLAGE_1),
        "address": put(services, world.project_id, "trusted_addresses", label="Nhà bà Mẫu", village=VILLAGE_1),
        "list_name": "clubs",
        "code": "I6",
        "name": "console.css",
        "kind": "csv",
        "template_id": world.layouts[COMMUNE],
        "template": world.layouts[COMMUNE],
        "unit": unit,
        "province": world.unit(PROVINCE),
        "village": world.unit(VILLAGE_1),
        "locked": world.unit(TU_MO_RONG),
        "project": world.project_id,
        "year": YEAR,
    }
    # Two lie open, one does not, and is asked about.
    cases = [example("incident", "new_case", 510 + one).replace(b'version="', b'version="9') for one in range(3)]
    opened = [send(world._officer, "Cán bộ mẫu", one).upload_id for one in cases]
    ids["upload_id"] = opened.pop()
    for one in opened:
        open_page(client, one, "/incidents/held")
    open_page(client, ids["case"])
    return ids


def address_of(rule, there):
    """Return where the page is about something that is there."""
    name = rule.endpoint.removeprefix("console.")
    of_page = {"kind": KINDS.get(name, "xlsx")}
    if name.startswith("incidents"):
        of_page |= {"submission_id": there["case"], "entity_key": there["address"]}
    facts = there | of_page
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(facts[found[1]]), rule.rule)
    return f"{path}?{ASKED.get(name, '').format(**facts)}"


def test_no_page_asks_more_than_twelve_statements(app, client, there, world):
    costs, answers = {}, {}
    for rule in console_rules(app):
        name = rule.endpoint.removeprefix("console.")
        if "GET" in rule.methods and name not in ELSEWHERE:
            address = address_of(rule, there)
            client.get(address, buffered=True)  # what is kept between requests is read
            with counted(world.services.engine) as statements:
                answers[name] = client.get(address, buffered=True).status_code
            costs[name] = len(statements)
    assert {name: status for name, status in answers.items() if status != 200} == {"sign_in": 303}
    assert {name: cost for name, cost in costs.items() if cost > MOST} == {}


# A plan of one's own that adds up how communes stand, in the year of the reform: it is asked who has spoken since.
OF_THE_REFORM = (
    "/indicators?year=2025",
    "/indicators/CLUBS?year=2025",
    "/indicators/CLUBS/years?year=2025&within={unit}",
    "/indicators/CLUBS/records?year=2025&unit={unit}",
    "/locks/new?project={project}&unit={province}&period=2025",
)


def test_no_page_of_the_year_of_the_reform_asks_more(client, there, world):
    clubs, one_by_one = "commune_register.clubs_active", ("count", "up", "commune", "year")
    plan = workbook(
        indicators=[
            ("CLUBS", "Câu lạc bộ (mẫu)", clubs, "", *one_by_one),
            ("MODELS", "Mô hình (mẫu)", "commune_register.model_active", "", *one_by_one),
        ],
        targets=[("CLUBS", "commune", 2025, 3, "draft")],
    )
    publish_plan(world.services, world.project_id, PlanSource("rieng", plan))
    for address in OF_THE_REFORM:
        page = address.format(**there)
        assert client.get(page).status_code == 200, page
        with counted(world.services.engine) as statements:
            client.get(page, buffered=True)
        assert len(statements) <= MOST, page
    assert any("spoken" in one for one in statements)


def test_whoever_signs_a_report_asks_no_more_than_others(app, there, world):
    make_account(world.services, "ky.ten", (Role.SUPERVISOR, DAK_HA))
    client = client_of(app, world, "ky.ten")
    address = f"/reports/{there['template_id']}?unit={there['unit']}&year={YEAR}"
    assert "<textarea" in client.get(address).text
    with counted(world.services.engine) as statements:
        client.get(address)
    assert len(statements) <= MOST
