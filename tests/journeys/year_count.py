"""The plans' indicators counted by hand, from the papers alone: what was answered, where, and what reviewers let count.

Nothing of the server is used, nor any answer that a form calculates. A household, club or person counts once a year
however often it is named; of several visits the last decides. Source: the plans' own sentences.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from xml.etree import ElementTree as ET

from tests.journeys.hand_count import GROUPS, SENTENCES, read_visit

MAIN = {"clb_pcblgd", "clb_gdptbv"}
FACE_TO_FACE = {"club", "training", "meeting", "visit"}
_OF_POVERTY = {"poor": ("I5-n",), "near_poor": ("I5-cn",)}
_OF_GROUP = {"policy": "I5-cs", "disabled": "I5-kt", "hardship": "I5-kk"}
TAUGHT = {"talk", "club_meeting", "home_visit"}


@dataclass(frozen=True)
class Said:
    """One thing a paper says of somebody: when, in which order it came, where, and whether it is so, or how many."""

    day: date
    order: int
    place: str
    is_so: int

    @property
    def key(self):
        return self.day, self.order


class Count:
    """What the papers say, by indicator, year and whom it is said of."""

    def __init__(self, merged, clubs, poverty, groups, going_on):
        self.merged, self.clubs, self.poverty, self.groups = merged, clubs, poverty, groups
        self.going_on = going_on
        self.last = defaultdict(dict)
        self.any = defaultdict(dict)
        self.trained = defaultdict(list)

    def read(self, order, xml):
        """Read a paper that counts; *order* is when it came, among all."""
        root = ET.fromstring(xml)
        form = root.get("id")
        {"household_conduct_survey": self._visit, "training_event": self._event, "commune_register": self._report}[
            form
        ](order, root, xml)

    def numerator(self, code, year):
        """Return how many there are in each place, as the papers name it."""
        found = defaultdict(int)
        for said in (*self.last[code, year].values(), *self.any[code, year].values()):
            found[said.place] += said.is_so
        return found

    def _keep_last(self, code, whom, said):
        kept = self.last[code, said.day.year]
        whom = self.merged.get(whom, whom)
        if whom not in kept or kept[whom].key < said.key:
            kept[whom] = said

    def _keep_any(self, codes, whom, said):
        whom = self.merged.get(whom, whom)
        for code in codes:
            kept = self.any[code, said.day.year]
            if whom not in kept or said.key < kept[whom].key:
                kept[whom] = said

    def _visit(self, order, root, xml):
        visit = read_visit(xml)
        place, whom = _place(root), visit.household
        self._keep_last("visited", whom, Said(visit.counted_on, order, place, not visit.is_there_no_more))
        if not visit.is_decisive:
            return
        answers = root.find("answers") if visit.is_met else None
        registered = answers is not None and answers.findtext("registration/registered") == "yes"
        assessed = answers is not None and _is_assessed(answers)
        for code, is_so in (("I6", visit.implements), ("I6a", registered), ("I6b", assessed)):
            self._keep_last(code, whom, Said(visit.counted_on, order, place, is_so))
        if answers is not None:
            self._reached(whom, Said(visit.counted_on, order, place, is_so=True), answers)

    def _reached(self, whom, said, answers):
        if FACE_TO_FACE & set((answers.findtext("knowledge/k_channel") or "").split()):
            self._keep_any(("I2", "I2b"), whom, said)
        if (FACE_TO_FACE | {"leaflet"}) & set((answers.findtext("policy/p_channel") or "").split()):
            poverty = answers.findtext("about/hh_poverty")
            self._keep_any(("I5", "I5b", *_OF_POVERTY.get(poverty, ()), *self._groups_of(whom)), whom, said)

    def _event(self, order, root, xml):
        del xml
        kind, topics = root.findtext("what/ev_type"), set(root.findtext("content/ev_topics").split())
        said = Said(date.fromisoformat(root.findtext("when/ev_day")), order, _place(root), is_so=True)
        if kind == "staff_training" and topics & {"qlnn", "k3"}:
            for one in (root.findtext("ev_staff") or "").split():
                self._keep_any(("I1b",), one, said)
                self.trained[one].append(said.day)
        for club in (root.findtext("clubs/ev_clubs") or "").split():
            suffix = "" if self.clubs[club] in MAIN else "-k"
            if kind == "club_training":
                self._keep_any((f"I4a{suffix}",), club, said)
            if root.findtext("clubs/club_guidance") == "yes":
                self._keep_any((f"I4b{suffix}",), club, said)
        if kind in TAUGHT:
            self._taught(root, topics, said)

    def _taught(self, root, topics, said):
        for house in (root.findtext("households/ev_households") or "").split():
            if any(one.startswith("k") for one in topics):
                self._keep_any(("I2", "I2a"), house, said)
            if any(one.startswith("p") for one in topics):
                parts = (*_OF_POVERTY.get(self.poverty[house], ()), *self._groups_of(house))
                self._keep_any(("I5", "I5a", *parts), house, said)

    def _groups_of(self, house):
        return [_OF_GROUP[one] for one in self.groups[house].split() if one in _OF_GROUP]

    def _report(self, order, root, xml):
        del xml
        code, day = root.findtext("where/commune"), date.fromisoformat(root.findtext("where/as_of"))
        place = f"{code}@{day.isoformat()}"
        status, decision = root.findtext("model/model_status"), root.findtext("decision/decision_no")
        meets = any(
            unit.findtext("unit_page/unit_status") == "active"
            and day - date.fromisoformat(unit.findtext("unit_members/meeting_date")) <= timedelta(days=183)
            for unit in root.findall("unit")
        )
        whom = f"{code}{'' if day < date(2025, 7, 1) or code in self.going_on else '+'}"
        is_active = status == "active" and bool(decision) and meets
        self._keep_last("I3", whom, Said(day, order, place, is_active))
        is_standard = status != "none" and root.findtext("model/model_standard") == "ministry"
        counts = {one: int(root.findtext(f"n_{one}")) for one in ("addresses", "hotlines")}
        for what, number in {"reported": 1, "ministry": is_standard, **counts}.items():
            self._keep_last(what, whom, Said(day, order, place, number))
        self._keep_last("I3a", whom, Said(day, order, place, status not in {"", "none"}))


def _place(root):
    return root.findtext("where/village") or f"{root.findtext('where/commune')}@{root.findtext('today')}"


def _is_assessed(answers):
    relations = set((answers.findtext("about/hh_relations") or "").split())
    pages = [name for name, people in GROUPS.items() if people is None or people & relations]
    return all(sum((one.text or "").isdecimal() for one in answers.find(page)) * 2 >= SENTENCES[page] for page in pages)
