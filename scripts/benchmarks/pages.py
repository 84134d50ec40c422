"""Where each page of the console is asked for: the application's own routes, about things that lie there.

So is what a page that is being filled in asks with every answer: see `checks`.

A page the application has and this table has not ends the measurement: nobody may add one that is never measured.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING

from .checks import CHECKS, typed_into

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.datastructures import MultiDict
    from werkzeug.routing import Rule

_OF_CONSOLE = "console."
_IS_CHECK = "_check"
_SHOWN = "year={year}&within={unit}"
PAGES: Mapping[str, tuple[str, ...]] = {
    "account": ("",),
    "account_new": ("",),
    "accounts": ("",),
    "collaborator": ("",),
    "collaborator_new": ("",),
    "collaborators": ("", "show=silent"),
    "forms": ("",),
    "forms_offer": ("",),
    "held": ("",),
    "history": ("",),
    "history_file": ("",),
    "home": ("",),
    "imports": ("",),
    "imports_one": ("",),
    "imports_template": ("",),
    "incidents": ("", "state=all"),
    "incidents_address": ("",),
    "incidents_addresses": ("",),
    "incidents_asking": ("",),
    "incidents_branch": ("",),
    "incidents_compare": ("",),
    "incidents_correcting": ("",),
    "incidents_file": ("",),
    "incidents_held": ("",),
    "incidents_held_asking": ("",),
    "incidents_history": ("",),
    "incidents_history_file": ("",),
    "incidents_paper": ("year={year}&unit={unit}",),
    "incidents_paper_figure": ("project={separate}&unit={unit}&period={year}&key=incident.cases",),
    "incidents_published": ("",),
    "incidents_published_file": ("project={separate}&plan=cong-khai&year={year}",),
    "incidents_published_tables": ("project={separate}&plan=cong-khai&year={year}",),
    "incidents_quarters": ("year={year}",),
    "incidents_record": ("",),
    "incidents_report": ("template={template_id}&unit={unit}&year={year}",),
    "incidents_thumb": ("",),
    "indicator": (_SHOWN, "year={year}&level=village"),
    "indicator_file": ("year={year}",),
    "indicator_lock": ("",),
    "indicator_lock_file": ("",),
    "indicator_lock_new": ("project={project}&unit={unit}&period={year}",),
    "indicator_lock_records": ("indicator=I6&unit={unit}",),
    "indicator_locks": ("year={last_year}",),
    "indicator_records": ("year={year}&unit={unit}", "year={year}&unit={unit}&part=numerator&after=3000"),
    "indicator_years": ("year={year}",),
    "indicator_years_file": ("year={year}",),
    "indicators": ("", _SHOWN),
    "indicators_activities": ("year={year}",),
    "indicators_activities_file": ("year={year}",),
    "indicators_completeness": (_SHOWN,),
    "indicators_completeness_file": (_SHOWN,),
    "indicators_published": ("",),
    "indicators_published_file": ("project={separate}&plan=cong-khai&year={year}",),
    "indicators_published_tables": ("project={separate}&plan=cong-khai&year={year}",),
    "layouts": ("",),
    "map": ("", "state=all", "state=all&from={year}-10-01", "state=all&unit={commune}"),
    "map_marks": ("state=all", "state=all&from={year}-10-01", "state=all&zoom=14&box=107.9,14.4,108.0,14.5"),
    "map_outlines": ("", "unit={commune}"),
    "own": ("",),
    "paper": ("year={year}&unit={unit}",),
    "paper_figure": ("project={project}&unit={unit}&period={year}&key=report:2017-I.1.total",),
    "plans": ("",),
    "plans_offer": ("",),
    "plans_workbook": ("",),
    "practice": ("",),
    "register_conflict": ("",),
    "register_duplicates": ("",),
    "register_editing": ("",),
    "register_entity": ("",),
    "register_list": ("", "q=nguyen+van", "show=all&q=mau+37"),
    "register_pair": ("",),
    "register_sheet": ("unit={village}", "unit={village}&show=unsurveyed"),
    "registers": ("", "show=all"),
    "report": ("unit={unit}&year={year}",),
    "report_draft": ("unit={unit}&year={year}",),
    "report_issued": ("",),
    "report_issued_file": ("",),
    "reports": ("",),
    "second_step": ("",),
    "sign_in": ("",),
    "static_file": ("",),
    "submissions": (
        "",
        "state=all",
        "sort=oldest",
        "state=all&sort=visit",
        "state=all&sort=sender",
        "flagged=1",
        "state=all&lately=week",
        "state=all&from={year}-10-01&to={year}-10-31",
        "state=all&finding=place.unknown",
        "state=all&sender={collaborator_id}",
        "state=all&unit={commune}",
        "state=all&form={form}",
        "state=all&q=ho+37",
        "state=all&q=ho+mau+thon",
        "state=all&q=khong+ai",
    ),
    "submissions_approving": ("", "unit={commune}"),
    "submissions_branch": ("",),
    "submissions_by_rule": ("",),
    "submissions_compare": ("",),
    "submissions_correcting": ("",),
    "submissions_file": ("",),
    "submissions_file_of_list": ("", "state=all&unit={commune}&form={form}"),
    "submissions_record": ("", "state=all"),
    "submissions_sheet": ("", "commune={commune}", "writer={collaborator_id}&form={form}"),
    "submissions_thumb": ("",),
}
"""Each page by what is asked of it: as it opens, and what it is narrowed to where that costs otherwise."""

_WORDS = {"list_name": "clubs", "code": "I6", "name": "console.css"}
KINDS = {"submissions_file_of_list": "csv", "imports_template": "households"}
"""What stands for the kind of file in an address, where that is not a workbook's."""
_ON_PAGES = {
    "submissions_file": ("/submissions/{pictured}", "/submissions/files/"),
    "submissions_thumb": ("/submissions/{pictured}", "/submissions/photos/"),
    "submissions_branch": ("/submissions/{clashing}", "/submissions/{clashing}/branches/"),
    "incidents_file": ("/incidents/{pictured_case}", "/incidents/files/"),
    "incidents_thumb": ("/incidents/{pictured_case}", "/incidents/photos/"),
    "incidents_branch": ("/incidents/{clashing_case}", "/incidents/{clashing_case}/branches/"),
}
"""Pages whose address holds what another page alone knows: that page, and how the address begins."""


class UnknownPagesError(Exception):
    """The application has pages that are not measured, or is measured by pages it has no more."""

    def __init__(self, names: set[str]) -> None:
        super().__init__(f"no place in scripts/benchmarks/pages.py for: {', '.join(sorted(names))}")


@dataclass(frozen=True, slots=True)
class AskedPage:
    """A page as it is asked for; *name* is its address with the names of what is in it."""

    name: str
    address: str
    endpoint: str
    typed: MultiDict[str, str] | None = None
    """What is sent with it, where it is no page that is opened."""


def console_rules(app: Flask) -> dict[str, Rule]:
    """Return what the console answers a GET at, by its name; raises UnknownPagesError unless all are known.

    What pages ask while they are filled in is to be known as well.
    """
    rules = [one for one in app.url_map.iter_rules() if one.endpoint.startswith(_OF_CONSOLE)]
    found = {one.endpoint.removeprefix(_OF_CONSOLE): one for one in rules if "GET" in (one.methods or ())}
    asking = {one.endpoint.removeprefix(_OF_CONSOLE) for one in rules if one.endpoint.endswith(_IS_CHECK)}
    unknown = (found.keys() ^ PAGES.keys()) | (asking ^ CHECKS.keys())
    if unknown:
        raise UnknownPagesError(unknown)
    return found


def asked_pages(app: Flask, client: FlaskClient, facts: Mapping[str, object]) -> Iterator[AskedPage]:
    """Yield every page of the console about the things that *facts* name, as *client*'s person finds them."""
    for name, rule in console_rules(app).items():
        path = _found(client, name, facts) if name in _ON_PAGES else _path(name, rule, facts)
        for asked in PAGES[name]:
            mark = "?" if asked else ""
            yield AskedPage(f"{_told(rule)}{mark}{asked}", f"{path}{mark}{asked.format(**facts)}", name)
    for name, (page, address) in CHECKS.items():
        yield AskedPage(f"POST {address}", address.format(**facts), name, typed_into(client, page.format(**facts)))


def _path(name: str, rule: Rule, facts: Mapping[str, object]) -> str:
    here = {**_WORDS, **facts, "kind": KINDS.get(name, "xlsx")}
    if name.startswith("incidents"):
        here |= {"submission_id": facts["case"], "entity_key": facts["address"]}
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(here[found[1]]), rule.rule)


def _told(rule: Rule) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)


def _found(client: FlaskClient, name: str, facts: Mapping[str, object]) -> str:
    """Return the address that another page leads to."""
    page, beginning = (one.format(**facts) for one in _ON_PAGES[name])
    text = client.get(page).text
    found = re.search(rf'"({re.escape(beginning)}[^"]*)"', text)
    if found is None:
        raise LookupError(f"{page} leads to no {beginning}")
    return unescape(found[1])
