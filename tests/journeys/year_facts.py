"""A year of a made-up province: its villages, lists and people, and all that happens to its records, from one seed.

What is told here is what happened, not what was counted: nothing of the server is used but the list of units that
comes with it, read as a table. Everybody is invented.
"""

from __future__ import annotations

import csv
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from io import StringIO
from uuid import UUID

VILLAGES, HOUSEHOLDS, PEOPLE, RECORDS = 869, 143_561, 1_500, 200_000
REFORM = date(2025, 7, 1)
FIRST, LAST = date(2025, 1, 5), date(2025, 12, 28)
MAIN_CLUBS, OTHER_CLUBS = ("clb_pcblgd", "clb_gdptbv"), ("clb_gdhp", "nhom_pcblgd", "to_truyen_thong")
RESULTS = ("met",) * 8 + ("absent", "long_away", "empty", "moved", "gone", "not_convenient")
RELATIONS = ("couple", "couple parent_child", "parent_child siblings", "grandparent_grandchild", "couple siblings", "")
SENTENCES = {"c1": 4, "c2": 4, "c3": 3, "c4": 3, "c5": 2}
GROUPS = ("", "none", "none", "policy", "disabled", "hardship", "policy disabled", "disabled hardship policy")
TYPES = ("gen1", "gen2", "gen2", "gen3", "one_parent", "other", "")
CHANNELS = ("club", "training", "meeting", "visit", "leaflet", "loudspeaker", "phone")


@dataclass(frozen=True)
class Commune:
    """A commune of before the reform, and the one its land lies in since; *goes_on*: that is the very same commune."""

    code: str
    new_code: str
    goes_on: bool
    name: str
    new_name: str
    kind: str
    new_kind: str
    district: str


@dataclass(frozen=True)
class Village:
    """A village, with its code before and since the reform."""

    number: int
    commune: Commune
    code: str
    new_code: str

    def code_on(self, day):
        """Return its code on that day."""
        return self.code if day < REFORM else self.new_code


@dataclass(frozen=True)
class Listed:
    """A household, club or person of a list; *kind* is its poverty, kind or nothing, the rest is of households."""

    entity_id: str
    village: Village
    kind: str
    groups: str = ""
    hh_type: str = ""


@dataclass
class Paper:
    """One version of a record as it was filled: form, day, the day it came, and what was answered."""

    form: str
    day: date
    came_on: date
    answers: dict
    number: int
    replaces: int | None = None


@dataclass
class Record:
    """A record: its versions in the order they came, and which of them counts in the end (None: none does)."""

    papers: list[Paper]
    counted: int | None


@dataclass
class Year:
    """All that happened."""

    seed: int
    share: float
    communes: list[Commune] = field(default_factory=list)
    villages: list[Village] = field(default_factory=list)
    households: list[Listed] = field(default_factory=list)
    clubs: list[Listed] = field(default_factory=list)
    staff: list[Listed] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    merged: dict[str, str] = field(default_factory=dict)
    """Households merged at the end of the year, by the one given up."""


def year_of(seed, share, units_csv):
    """Return the year of a province of that share of the real size."""
    return _Telling(Year(seed, share), random.Random(seed)).told(units_csv)


class _Telling:
    def __init__(self, year, dice):
        self.year, self.dice, self.numbers = year, dice, 0

    def told(self, units_csv):
        year, share = self.year, self.year.share
        year.communes = _communes(units_csv)
        for number in range(max(8, round(VILLAGES * share))):
            year.villages.append(self.village(number))
        for _ in range(max(40, round(HOUSEHOLDS * share))):
            year.households.append(self.household())
        for _ in range(max(12, round(600 * share))):
            year.clubs.append(self.listed(MAIN_CLUBS + OTHER_CLUBS))
        for _ in range(max(12, round(PEOPLE * share))):
            year.staff.append(self.listed(("",)))
        wanted = max(120, round(RECORDS * share))
        acts = [self.visit] * 30 + [self.meeting] * 2 + [self.training]
        while len(year.records) < wanted:
            year.records.append(self.record(self.dice.choice(acts)))
        for commune in year.communes:
            year.records += self.reports(commune)
        self.dice.shuffle(year.records)
        for gone, kept in zip(
            *[iter(self.dice.sample(year.households, 2 * max(3, round(400 * share))))] * 2, strict=True
        ):
            year.merged[gone.entity_id] = kept.entity_id
        return year

    def village(self, number):
        commune = self.dice.choice(self.year.communes)
        code = f"{commune.code}-{number:03}"
        return Village(number, commune, code, code if number % 5 else f"{commune.new_code}-{number:03}")

    def listed(self, kinds):
        return Listed(self.uuid(), self.dice.choice(self.year.villages), self.dice.choice(kinds))

    def household(self):
        listed = self.listed(("none", "none", "none", "poor", "near_poor"))
        return replace(listed, groups=self.dice.choice(GROUPS), hh_type=self.dice.choice(TYPES))

    def uuid(self):
        return str(UUID(int=self.dice.getrandbits(128), version=4))

    def record(self, make):
        """Return a record with its later edits, and what reviewers made of it."""
        papers = [make(self.day())]
        while self.dice.random() < 0.08:
            papers.append(self.edited(papers, make))
        fate = self.dice.random()
        if fate < 0.10:
            return Record(papers, None)
        return Record(papers, len(papers) - 1 if fate < 0.92 else 0)

    def edited(self, papers, make):
        """Return an edit: the same household or activity, answered anew some days later."""
        again = make(papers[-1].day, papers[0].answers)
        again.replaces = papers[-1].number
        again.came_on = papers[-1].came_on + timedelta(days=self.dice.randint(1, 20))
        return again

    def day(self):
        return FIRST + timedelta(days=self.dice.randint(0, (LAST - FIRST).days))

    def paper(self, form, day, answers):
        """Return a filled form; most come within days, some lie on a phone into the next year."""
        self.numbers += 1
        lag = self.dice.randint(0, 5) if self.dice.random() < 0.95 else self.dice.randint(30, 120)
        return Paper(form, day, day + timedelta(days=lag), answers, self.numbers)

    def visit(self, day, before=None):
        dice = self.dice
        house = before["house"] if before else dice.choice(self.year.households)
        result = dice.choice(RESULTS)
        relations = dice.choice(RELATIONS)
        answers = {
            "house": house,
            "year": "last_year" if dice.random() < 0.04 else "this_year",
            "result": result,
            "consent": result == "met" and dice.random() < 0.93,
            "relations": relations,
            "poverty": house.kind if dice.random() < 0.97 else "unknown",
            "registered": dice.choice(("yes", "yes", "yes", "no", "unknown")),
            "marks": {group: [self.mark() for _ in range(count)] for group, count in SENTENCES.items()},
            "k": self.told_of("k", 6),
            "p": self.told_of("p", 4),
            "k_channel": dice.sample(CHANNELS, dice.randint(1, 2)),
            "p_channel": dice.sample(CHANNELS, dice.randint(1, 2)),
        }
        return self.paper("household_conduct_survey", day, answers)

    def mark(self):
        return self.dice.choices(("3", "2", "1", "no_answer"), (70, 20, 3, 7))[0]

    def told_of(self, letter, count):
        if self.dice.random() < 0.5:
            return ["none"]
        return [f"{letter}{one}" for one in sorted(self.dice.sample(range(1, count + 1), self.dice.randint(1, 3)))]

    def meeting(self, day, before=None):
        """Return a talk, club meeting, visit or launch in a village, with some households of the neighbourhood."""
        dice = self.dice
        village = before["village"] if before else dice.choice(self.year.villages)
        kind = dice.choice(("talk", "club_meeting", "home_visit", "launch", "club_training"))
        there = dice.sample(self.year.households, min(len(self.year.households), dice.randint(2, 25)))
        answers = {
            "kind": kind,
            "level": "village",
            "village": village,
            "topics": dice.sample(("k1", "k3", "k6", "p1", "p3", "qlnn", "other"), dice.randint(1, 3)),
            "households": [] if dice.random() < 0.2 else there,
            "clubs": dice.sample(self.year.clubs, dice.randint(1, 3)),
            "guidance": dice.random() < 0.5,
            "staff": [],
        }
        return self.paper("training_event", day, answers)

    def training(self, day, before=None):
        village = before["village"] if before else self.dice.choice(self.year.villages)
        staff = self.dice.sample(self.year.staff, self.dice.randint(1, 6))
        topics = self.dice.sample(("qlnn", "k3", "k1", "p2"), self.dice.randint(1, 3))
        answers = {"kind": "staff_training", "level": "commune", "village": village, "topics": topics, "staff": staff}
        return self.paper("training_event", day, answers | {"households": [], "clubs": [], "guidance": False})

    def reports(self, commune):
        """Return what a commune reported of its model: before the reform, and since, as the commune it then was."""
        days = [date(2024, 12, 10)] if self.dice.random() < 0.6 else []
        days += [date(2025, 4, 2), date(2025, 5, 20)][: self.dice.randint(0, 2)]
        days += [date(2025, 11, 20)] if commune.code == commune.new_code and self.dice.random() < 0.8 else []
        for day in days:
            code = commune.code if day < REFORM else commune.new_code
            status = self.dice.choice(("active", "active", "paused", "none"))
            answers = {"commune": code, "status": status, "decision": "" if status == "none" else "12/QĐ-UBND (mẫu)"}
            answers["standard"] = "" if status == "none" else self.dice.choice(("ministry", "independent"))
            answers |= {"addresses": self.dice.randint(0, 4), "hotlines": self.dice.randint(0, 2)}
            answers["meets"] = status == "active" and self.dice.random() < 0.7
            yield Record([self.paper("commune_register", day, answers)], self.dice.choice((0, 0, 0, None)))


def _communes(units_csv):
    """Return the communes of before the reform, each with its one successor."""
    rows = [row for row in csv.DictReader(StringIO(units_csv)) if len(row["code"]) == 5]
    old = [row for row in rows if row["valid_to"] == "2025-06-30"]
    parts = Counter(row["successor_code"] for row in old)
    since = {row["code"]: (row["name"], row["kind"]) for row in rows if row["valid_from"] == "2025-07-01"}
    found = []
    for row in old:
        code, new_code = row["code"], row["successor_code"]
        stays = code == new_code and since[code] == (row["name"], row["kind"]) and parts[code] == 1
        (new_name, new_kind), name, kind = since[new_code], row["name"], row["kind"]
        found.append(Commune(code, new_code, stays, name, new_name, kind, new_kind, row["parent_code"]))
    return found
