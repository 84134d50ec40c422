"""What a designer, an administrator or a colleague writes is shown as a text: it runs nothing, and overflows nothing.

Labels, hints, choices, messages and the title of a form, names of people, of places and of saved views, the cells of a
report's layout and the words beside its figures: each with a script and a mark that turns what follows from right to
left, some without end, some with the beginning of a formula.
"""

from __future__ import annotations

import re
from html import escape
from io import BytesIO
from itertools import count

import pytest
from console_world import DAK_HA, FORMS, PASSWORD, VILLAGE_1, example, make_account, send
from openpyxl import Workbook
from test_in_browser import address

from server.access.roles import Role
from server.forms.sheets import SourceKind
from server.indicators.periods import Period
from server.indicators.report_words import LINES, TEXTS
from server.operations.add_collaborator import NewCollaborator, add_collaborator
from server.operations.draft_report import keep_words
from server.operations.load_units import load_units
from server.operations.publish_form import Audience, FormSource, publish_form
from server.operations.publish_report import ReportSource, publish_report
from server.operations.report_filling import ReportOrder
from server.operations.save_views import save_view
from server.storage.visible import Operator
from tests.chromium import signs_in, watched

__all__ = ["address"]
pytestmark = pytest.mark.browser
SURVEY = "household_conduct_survey"
SCRIPT = '"><script>window.hurt=1</script><img src=x onerror=window.hurt=1>{{7*7}}'
TURNED = "\u202efdp"
LONG = "Dài" * 3333
EVERY = 40
"""One of so many texts goes on without end."""


def hostile_form():
    """Return the survey's XForm, a version later, with all that its designer wrote made hostile."""
    text, places = (FORMS / SURVEY / "form.xml").read_text(encoding="utf-8"), count()

    def hostile(found):
        tail = LONG if next(places) % EVERY == 0 else ""
        return f"<value>{escape(found[1] + SCRIPT + TURNED, quote=False)}{tail}</value>"

    text = re.sub(r"<value>([^<]+)</value>", hostile, text)
    text = text.replace("<h:title>", f"<h:title>{escape(SCRIPT + TURNED, quote=False)}")
    return re.sub(r'version="\d+"', 'version="2099010101"', text)


@pytest.fixture
def number(world):
    """A record of a hostile form by a person with a hostile name, in a village and a commune called so."""
    services, project_id = world.services, world.project_id
    village = f'23500-01,"{NAME}",village,23500,2025-07-01,,,urban,I,no,no'
    load_units(services, f'{UNIT_HEAD}\n{village}\n23500,"{NAME}",xa,51,2025-07-01,,,,,,\n')
    folder = FORMS / SURVEY / "media"
    files = {one.name: one.read_bytes() for one in folder.iterdir()}
    source = FormSource(hostile_form().encode(), SourceKind.XFORM, files, None)
    publish_form(services, project_id, source, audience=Audience())
    world.tokens[NAME] = (project_id, add_collaborator(services, NewCollaborator(project_id, NAME, (VILLAGE_1,))).token)
    facts = {"hh_number": "77", "instanceName": escape(SCRIPT + TURNED + LONG)}
    xml = example(SURVEY, "bad_required_missing", 700, **facts).replace(
        b'version="2', b'version="2099010101" was="2', 1
    )
    return send(world, NAME, xml).submission_id


READ = """() => {
  for (const field of document.querySelectorAll("textarea")) field.textContent = "";
  return document.body.textContent;
}"""
"""What is to be read; in fields stands what was written."""
PHONE = {"width": 360, "height": 740}
PAGES = (
    "/",
    "/submissions?state=all",
    "/submissions/paper",
    "/households?show=all",
    "/forms",
    "/collaborators",
    "/collaborators/new",
    "/accounts",
    "/account",
    "/history",
    "/completeness",
    "/indicators",
    "/map",
    "/reports",
    "/report-layouts",
)
NAME = f"Y Mẫu {SCRIPT.replace(chr(34), chr(39))}{TURNED}"[:115]
UNIT_HEAD = "code,name,kind,parent_code,valid_from,valid_to,successor_code,urban_rural,area_class,specially_hard,border"


@pytest.fixture
def account(world, number):
    """Somebody called so, with saved views called so."""
    posts = ((Role.SUPERVISOR, DAK_HA), (Role.ADMINISTRATOR, DAK_HA))
    key = make_account(world.services, "ai.do", *posts, name=NAME)
    with world.services.reading(Operator()) as uow:
        account = uow.accounts.actor(key)
    for view in (SCRIPT + TURNED, "Dài" * 20, "=1+1"):
        save_view(world.services, account, view, "state=all")
    return account


def hostile_layout():
    """Return a report's layout whose sheet and cells say such things."""
    book = Workbook()
    sheet, settings = book.active, book.create_sheet("settings")
    sheet.title = "'><img src=x onerror=a>"
    script = SCRIPT.replace("{{7*7}}", "")  # two braces begin a question of the layout
    texts = (f"{{{{unit}}}} {script}{TURNED}", f"@SUM(1){script}", LONG, f"+1{TURNED}", "{{register:households}}")
    for row, text in enumerate(texts, start=1):
        sheet.cell(row, 1, text)
    settings.append(["title::vi", "level"])
    settings.append([f"Báo cáo {SCRIPT}{TURNED}", "commune"])
    book.save(written := BytesIO())
    return written.getvalue()


@pytest.fixture
def report(world, account):
    """The address of a report by that layout, with such words beside its figures."""
    services = world.services
    source = ReportSource("bao-cao-xau", hostile_layout(), NAME)
    template_id = publish_report(services, world.project_id, source).template_id
    unit_id = services.atlas.current().territory.find(DAK_HA, services.today()).unit_id
    order = ReportOrder(template_id, unit_id, Period(services.today().year))
    said = dict.fromkeys(LINES, f"=1+1{SCRIPT}{TURNED}") | dict.fromkeys(TEXTS, f"-2+3{SCRIPT}{TURNED}{LONG}")
    keep_words(services, account, order, said, revision=0)
    return f"/reports/{template_id}?unit={unit_id}&year={order.period.year}"


@pytest.fixture
def page(browser, address, account):
    page = watched(browser.new_page(base_url=address, viewport=PHONE))
    signs_in(page, "ai.do", PASSWORD)
    yield page
    page.close()


def test_what_others_write_is_text_on_every_page(page, number, report):
    faults = []
    for at in (f"/submissions/{number}?state=all", f"/submissions/{number}/correct", report, *PAGES):
        assert page.goto(at).status == 200, at
        assert not page.evaluate("window.hurt"), at
        if page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
            faults.append(f"{at} overflows")
        if "\u202e" in page.evaluate(READ):
            faults.append(f"{at} is turned around")
    page.goto(f"/submissions/{number}?state=all")
    assert f"Ai là người trả lời?{SCRIPT}" in page.inner_text("main"), "it is shown, as what it is"
    assert page.alarms == []
    assert not faults, "\n".join(faults)
