"""What a phone sends of each filled form, calculated answers included, as the forms calculate them.

The document's head is that of the examples beside the forms. Nothing here is read again by the count.
"""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache
from pathlib import Path

from tests.journeys.year_facts import MAIN_CLUBS, SENTENCES

FORMS = Path(__file__).parents[2] / "xlsforms"
APPLIES = {
    "c1": None,
    "c2": ("couple",),
    "c3": ("parent_child", "grandparent_grandchild"),
    "c4": ("parent_child", "grandparent_grandchild"),
    "c5": ("siblings",),
}
NEAR, ALSO_LEAFLET = {"club", "training", "meeting", "visit"}, {"club", "training", "meeting", "visit", "leaflet"}
REACHING = {"talk", "club_meeting", "home_visit"}


@cache
def head_of(form):
    """Return everything before the first answer of a form's example."""
    text = next((FORMS / form / "examples").glob("*.xml")).read_text(encoding="utf-8")
    return re.match(r".*?<data [^>]*>", text, re.DOTALL)[0]


def instance_id(number):
    return f"uuid:00000000-0000-4000-8000-{number:012d}"


def written(paper):
    """Return the bytes of a filled form."""
    body = {"household_conduct_survey": _visit, "training_event": _event, "commune_register": _report}[paper.form](
        paper
    )
    old = "" if paper.replaces is None else f"<deprecatedID>{instance_id(paper.replaces)}</deprecatedID>"
    entity = _entity(paper)
    when, until = (f"{paper.day.isoformat()}T08:{minute}.317+07:00" for minute in ("02:11", "11:40"))
    start = f"<start>{when}</start><end>{until}</end><today>{paper.day.isoformat()}</today>"
    meta = f"<meta>{entity}<instanceID>{instance_id(paper.number)}</instanceID>{old}</meta>"
    return f"{head_of(paper.form)}{start}{body}{meta}</data>".encode()


def _entity(paper):
    if paper.form != "household_conduct_survey":
        return ""
    house = paper.answers["house"].entity_id
    return (
        f'<entity dataset="households" update="1" baseVersion="1" trunkVersion="1"'
        f' branchId="4941a907-ed90-49f6-8257-a979863603cf" id="{house}"/>'
    )


def _visit(paper):
    told = paper.answers
    code = told["house"].village.code_on(paper.day)
    year = paper.day.year - (told["year"] == "last_year")
    counted_on = paper.day.isoformat() if told["year"] == "this_year" else f"{year}-12-31"
    met = told["result"] == "met"
    outcome = told["result"] if not met else "answered" if told["consent"] else "refused"
    consent = f"<consent>{'yes' if told['consent'] else 'no'}</consent>" if met else ""
    commune = told["house"].village.commune
    where = (
        commune.code if code == told["house"].village.code_on(paper.day) and paper.day.month < 7 else commune.new_code
    )
    decisive = "yes" if outcome in {"answered", "moved", "gone"} else "no"
    house = told["house"].entity_id
    return (
        f"<where><visit_date>{paper.day.isoformat()}</visit_date><year>{told['year']}</year><commune>{where}</commune>"
        f"<village>{code}</village></where><survey_year>{year}</survey_year><who><household_list>todo</household_list>"
        f"<household>{house}</household><visit_result>{told['result']}</visit_result></who>"
        f"<household_id>{house}</household_id><hh_number>1</hh_number>{consent}<outcome>{outcome}</outcome>"
        f"{_answers(told) if outcome == 'answered' else ''}<counted_on>{counted_on}</counted_on>"
        f"<decisive>{decisive}</decisive>"
    )


def _answers(told):
    relations = told["relations"].split()
    pages, passed = "", {}
    for group, people in APPLIES.items():
        if people is not None and not set(people) & set(relations):
            passed[group] = "not_applicable"
            continue
        marks = told["marks"][group]
        pages += "".join(
            (
                f"<page_{group}>",
                *(f"<{group}_{place}>{mark}</{group}_{place}>" for place, mark in enumerate(marks, start=1)),
                f"</page_{group}>",
            )
        )
        points = [int(mark) for mark in marks if mark.isdecimal()]
        if len(points) * 2 < SENTENCES[group]:
            passed[group] = "not_assessed"
        else:
            passed[group] = "no" if 1 in points or sum(points) < 2.5 * len(points) else "yes"
    assessed = "not_assessed" not in passed.values()
    implementing = told["registered"] == "yes" and assessed and "no" not in passed.values()
    k_channel = "" if told["k"] == ["none"] else f"<k_channel>{' '.join(told['k_channel'])}</k_channel>"
    p_channel = "" if told["p"] == ["none"] else f"<p_channel>{' '.join(told['p_channel'])}</p_channel>"
    return (
        f"<answers><about><respondent>wife</respondent><hh_relations>{told['relations']}</hh_relations>"
        f"<hh_poverty>{told['poverty']}</hh_poverty><hh_group>{told['house'].groups}</hh_group></about>"
        f"<registration><registered>{told['registered']}</registered></registration>{pages}"
        f"<knowledge><k_received>{' '.join(told['k'])}</k_received>{k_channel}</knowledge>"
        f"<policy><p_received>{' '.join(told['p'])}</p_received>{p_channel}</policy>"
        + "".join(f"<group_passed_{group}>{said}</group_passed_{group}>" for group, said in passed.items())
        + f"<assessed>{_yes(assessed)}</assessed><implementing>{_yes(implementing)}</implementing>"
        f"<knowledge_reached>{_yes(bool(k_channel) and bool(NEAR & set(told['k_channel'])))}</knowledge_reached>"
        f"<policy_reached>{_yes(bool(p_channel) and bool(ALSO_LEAFLET & set(told['p_channel'])))}</policy_reached>"
        f"</answers>"
    )


def _event(paper):
    told = paper.answers
    village = told["village"]
    commune = village.commune.code if paper.day.month < 7 else village.commune.new_code
    own = f"<village>{village.code_on(paper.day)}</village>" if told["level"] == "village" else ""
    unit = village.code_on(paper.day) if told["level"] == "village" else commune
    kind, topics, there = told["kind"], told["topics"], told["households"]
    listed = " ".join(one.entity_id for one in there)
    counts_heads = "no" if there else "yes"
    launch = kind == "launch"
    households = ""
    if kind in REACHING or launch:
        name = "registered_households" if launch else "ev_households"
        households = (
            f"<households><headcount_only>{counts_heads}</headcount_only><{name}>{listed}</{name}></households>"
        )
    has_clubs = kind in {"club_training", "club_meeting"}
    clubs = " ".join(one.entity_id for one in told["clubs"])
    guidance = f"<clubs><ev_clubs>{clubs}</ev_clubs><club_guidance>{_yes(told['guidance'])}</club_guidance></clubs>"
    staff = f"<ev_staff>{' '.join(one.entity_id for one in told['staff'])}</ev_staff>" if told["staff"] else ""
    reaches = kind in REACHING
    poor, near = (
        " ".join(one.entity_id for one in there if one.kind == group and not launch) for group in ("poor", "near_poor")
    )
    grouped = "".join(
        f"<{name}_households>{_of_group(there if reaches else (), group)}</{name}_households>"
        for name, group in (("beneficiary", "policy"), ("disabled", "disabled"), ("hardship", "hardship"))
    )
    main = " ".join(one.entity_id for one in told["clubs"] if one.kind in MAIN_CLUBS and has_clubs)
    return (
        f"<what><ev_type>{kind}</ev_type><ev_level>{told['level']}</ev_level></what>"
        f"<where><commune>{commune}</commune>{own}</where>"
        f"<when><ev_precision>exact</ev_precision><ev_day>{paper.day}</ev_day><ev_date>{paper.day}</ev_date></when>"
        f"<content><ev_organiser>culture</ev_organiser><ev_topics>{' '.join(topics)}</ev_topics>"
        f"<ev_campaign>none</ev_campaign></content>{guidance if has_clubs else ''}{staff}{households}"
        f"<count><n_total>28</n_total><n_female>17</n_female><n_minority>26</n_minority></count>"
        f"<extras><materials>0</materials></extras>"
        f"<gives_knowledge>{_yes(reaches and any(one[0] == 'k' for one in topics))}</gives_knowledge>"
        f"<gives_policy>{_yes(reaches and any(one[0] == 'p' for one in topics))}</gives_policy><unit>{unit}</unit>"
        f"<poor_households>{poor if reaches else ''}</poor_households>"
        f"<near_poor_households>{near if reaches else ''}</near_poor_households>{grouped}"
        f"<main_clubs>{main}</main_clubs>"
    )


def _of_group(there, group):
    return " ".join(one.entity_id for one in there if group in one.groups.split())


def _report(paper):
    told = paper.answers
    meeting = paper.day - timedelta(days=30)
    unit = ""
    if told["meets"]:
        unit = (
            "<unit><unit_page><unit_kind>clb_pcblgd</unit_kind><unit_status>active</unit_status></unit_page>"
            f"<unit_members><meeting_date>{meeting}</meeting_date></unit_members>"
            "<meets_recently>1</meets_recently><active_main_club>1</active_main_club></unit>"
        )
    is_active = told["status"] == "active" and told["decision"] and told["meets"]
    return (
        f"<where><commune>{told['commune']}</commune><as_of>{paper.day}</as_of></where>"
        f"<model><model_status>{told['status']}</model_status><model_standard>{told['standard']}</model_standard>"
        f"<board>merged</board></model>"
        f"<decision><decision_no>{told['decision']}</decision_no></decision>"
        f"<has_units>{_yes(bool(unit))}</has_units>{unit}<n_main_clubs>{int(bool(unit))}</n_main_clubs>"
        f"<n_other_clubs>0</n_other_clubs><n_groups>0</n_groups><n_addresses>{told['addresses']}</n_addresses>"
        f"<n_hotlines>{told['hotlines']}</n_hotlines>"
        f"<n_documents>0</n_documents><budget>100</budget><model_active>{_yes(bool(is_active))}</model_active>"
    )


def _yes(said):
    return "yes" if said else "no"
