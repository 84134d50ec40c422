"""Every page of the console, for each who works at it, small and wide, light and dark: axe finds nothing to mend.

The pages are taken from the application's own routes; those of one record, person or number are named below. A picture
of each that has something to mend is left in the run's own folder; with ``--pictures DIR``, of every page, whole.
"""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from console_world import DAK_HA, PASSWORD, PROVINCE, VILLAGE_1, client_of, example, make_account, publish, send
from map_field import MIDDLES, load_squares, meeting
from plan_world import workbook
from report_world import COMMUNE, LAYOUTS

from server.access.roles import Role
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.publish_report import ReportSource, publish_report
from tests.chromium import confirms, signs_in
from tests.register_world import put
from tests.web.console.test_in_browser import address

__all__ = ["address"]
pytestmark = pytest.mark.browser
ALL_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES_OF_SIGHT = ["color-contrast", "target-size", "link-name"]
"""What another width or scheme can break."""
# A bar that floats covers what scrolls below it; what is below comes out when one scrolls.
MEND = """rules => {
  for (const bar of document.querySelectorAll('.decide, .bulk')) bar.style.position = 'static';
  return axe.run(document, {runOnly: rules, resultTypes: ['violations'], preload: false, iframes: false});
}"""
LOOKS = ((360, "dark"), (1280, "light"))
OTHER_LOOKS = ((1280, "dark"), (360, "light"))
MOST_BYTES = 60_000
AXE = Axe().axe_script
PEOPLE = {
    Role.SUPERVISOR: DAK_HA,
    Role.ADMINISTRATOR: PROVINCE,
    Role.INCIDENT_OFFICER: DAK_HA,
}


@pytest.fixture
def named(world):
    """Something of every kind is there; the addresses of one of each, by who opens it."""
    services, project_id = world.services, world.project_id
    for form_id in ("household_register", "commune_register"):  # what the report is filled from
        publish(services, project_id, form_id)
    publish_plan(services, project_id, PlanSource("ke-hoach-mau", workbook()))
    layout = (LAYOUTS / f"{COMMUNE}.xlsx").read_bytes()
    report = publish_report(services, project_id, ReportSource(COMMUNE, layout, "Người mẫu")).template_id
    key, other = (put(services, project_id, village=VILLAGE_1, head_name=f"A Mẫu {one}") for one in (1, 2))
    unit = services.atlas.current().territory.find(DAK_HA, services.today()).unit_id
    load_squares(services, DAK_HA)
    meeting(world, 900, *MIDDLES[DAK_HA])
    send(world, "Y Mẫu", example("household_conduct_survey", "refused", 800))
    record, flagged, incident = (world.records[one] for one in ("37", "41", "incident"))
    accounts = {role: make_account(services, role.value, (role, unit)) for role, unit in PEOPLE.items()}
    return {
        Role.SUPERVISOR: (
            f"/submissions/{record}",
            f"/submissions/{flagged}?state=all",
            f"/submissions/{flagged}/correct",
            f"/submissions/{record}/compare",
            "/submissions?state=all&q=mau&sort=sender",
            "/submissions/paper?writer=1&form=1",
            f"/entities/{key}",
            f"/entities/{key}/edit",
            f"/entities/{key}/with/{other}",
            "/registers/clubs",
            "/collaborators/1",
            "/indicators/I6?level=village",
            "/indicators/I6/years",
            "/indicators/I6/records",
            f"/reports/{report}?unit={unit}&period=2026",
            "/paper?year=2021",
            "/submissions?lang=en",
        ),
        Role.ADMINISTRATOR: (
            f"/accounts/{accounts[Role.SUPERVISOR]}",
            "/collaborators/1",
        ),
        Role.INCIDENT_OFFICER: (f"/incidents/{incident}", f"/incidents/{incident}/open"),
    }


def whole_pages(app, world, role):
    """Return the addresses without an argument that show this person a page."""
    client = client_of(app, world, role.value, elevated=role is Role.INCIDENT_OFFICER)
    rules = (one for one in app.url_map.iter_rules() if not one.arguments and "GET" in one.methods)
    answers = {one.rule: client.get(one.rule) for one in rules}
    return [at for at, one in answers.items() if (one.status_code, one.mimetype) == (200, "text/html")]


def signed_in_page(browser, address, role):
    page = browser.new_page(base_url=address)
    signs_in(page, role.value, PASSWORD)
    if role is Role.INCIDENT_OFFICER:
        page.goto("/second-step")
        confirms(page, PASSWORD)
        page.wait_for_url(lambda url: not url.endswith("/second-step"))
    return page


def opens_the_case(page, world):
    """Give a reason, so that the case can be read."""
    page.goto(f"/incidents/{world.records['incident']}")
    page.check("input[name=reason] >> nth=0")
    page.fill("textarea[name=words]", "Xử lý vụ việc (mẫu)")
    page.click("form[action$='/open'] button")
    page.wait_for_url(lambda url: "/open" not in url)


def weight(page):
    """Return how many bytes came over the line for the page that stands there."""
    asked = "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
    return page.evaluate(f"{asked}.reduce((sum, one) => sum + one.transferSize, 0)")


COVERED = """() => {
  const words = (label) => {
    const walker = document.createTreeWalker(label, NodeFilter.SHOW_TEXT), found = [];
    while (walker.nextNode()) {
      const range = document.createRange();
      range.selectNodeContents(walker.currentNode);
      if (walker.currentNode.textContent.trim()) found.push(...range.getClientRects());
    }
    return found;
  };
  const apart = (one, other) => one.right <= other.left + 1 || one.left >= other.right - 1
    || one.bottom <= other.top + 1 || one.top >= other.bottom - 1;
  return [...document.querySelectorAll("label > :is([type=radio], [type=checkbox])")].some((mark) => {
    const box = mark.getBoundingClientRect();
    return box.width > 0 && words(mark.parentElement).some((one) => one.width > 0 && !apart(box, one));
  });
}"""
"""Whether a box to tick or a round mark stands on words of its own label."""
TOUCHING = """() => {
  const all = [...document.querySelectorAll("main :is(button, [role=button]):not(.leaflet-bar *)")];
  const seen = all.filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect());
  return seen.some((one) => seen.some((other) => one !== other && other.top >= one.top + 1
    && other.top - one.bottom < 3 && other.left < one.right && one.left < other.right));
}"""
"""Whether a thing to press stands on the one below it, or touches it."""


def faults_of(page, look, rules):
    """Return what axe finds in one look, and whether anything has to be dragged sideways."""
    for found in page.evaluate(MEND, rules)["violations"]:
        for node in found["nodes"]:
            yield f"{look} {found['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        yield f"{look} overflows"
    if page.evaluate("[...document.querySelectorAll('.stacks tr')].some(row => row.scrollHeight > row.clientHeight)"):
        yield f"{look} words stand below their card"
    if page.evaluate(COVERED):
        yield f"{look} a mark lies on the words beside it"
    if page.evaluate(TOUCHING):
        yield f"{look} two buttons touch"


@pytest.fixture
def camera(request, tmp_path, role):
    """Return what takes a picture of a page: of all where a folder is given, else of those with a fault."""
    folder = request.config.getoption("--pictures")
    kept = folder / role.value if folder else tmp_path
    kept.mkdir(parents=True, exist_ok=True)

    def take(page, name, found):
        if folder or found:
            page.screenshot(path=kept / f"{name}.png", full_page=True)

    return take


def faults_at(page, at, looks, camera):
    """Return all that is wrong with the page at an address, and have its picture taken."""
    faults = []
    for place, (width, scheme) in enumerate(looks):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no colour half-way to another
        found = [] if place else [*arrived(page, at)]
        found += faults_of(page, f"{width} {scheme}", RULES_OF_SIGHT if place else ALL_RULES)
        camera(page, f"{at.strip('/').translate(NAMED) or 'home'}-{width}-{scheme}", found)
        faults += found
    return faults


def arrived(page, at):
    """Open a page; return what is wrong with its weight."""
    assert page.goto(at).status == 200, at
    if weight(page) > MOST_BYTES:  # the first to ask for a script pays for it
        page.reload()
    yield from [f"{weight(page)} bytes"] if weight(page) > MOST_BYTES else []
    page.evaluate(AXE)


NAMED = str.maketrans("/?&=", "----")


@pytest.mark.parametrize("role", PEOPLE)
@pytest.mark.parametrize("looks", [LOOKS, pytest.param(OTHER_LOOKS, marks=pytest.mark.full)], ids=["looks", "others"])
def test_every_page_can_be_read_by_everyone_in_every_look(browser, address, app, world, named, role, looks, camera):
    page, faults = signed_in_page(browser, address, role), []
    if role is Role.INCIDENT_OFFICER:
        opens_the_case(page, world)
    page.on("console", lambda line: faults.append(f"{page.url} {line.text}") if line.type == "error" else None)
    page.on("pageerror", lambda fault: faults.append(f"{page.url} {fault}"))
    visited = [*whole_pages(app, world, role), *named[role]]
    for at in visited:
        faults += [f"{at} {one}" for one in faults_at(page, at, looks, camera)]
    page.close()
    assert len(visited) >= 10
    assert not faults, "\n".join(faults)
