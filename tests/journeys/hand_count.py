"""The conduct figure counted by hand: from the answers on the phones alone, by the words of the plan.

Nothing here is read from the server, its workbooks' calculations or its measures. Source: plan 4002/KH-UBND, indicator
I6 as its definition says it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from xml.etree import ElementTree as ET

NO_LONGER_THERE = {"moved", "gone"}
GROUPS = {
    "page_c1": None,
    "page_c2": {"couple"},
    "page_c3": {"parent_child", "grandparent_grandchild"},
    "page_c4": {"parent_child", "grandparent_grandchild"},
    "page_c5": {"siblings"},
}
SENTENCES = {"page_c1": 4, "page_c2": 4, "page_c3": 3, "page_c4": 3, "page_c5": 2}


@dataclass(frozen=True)
class Visit:
    """One filled survey, read as a person would read it."""

    household: str
    counted_on: date
    is_met: bool
    is_there_no_more: bool
    implements: bool

    @property
    def is_decisive(self) -> bool:
        """Whether it says for good whether the household implements: it answered, or there is no household."""
        return self.is_met or self.is_there_no_more


def read_visit(xml: bytes) -> Visit:
    """Return what a filled survey says."""
    root = ET.fromstring(xml)
    result = root.findtext("who/visit_result")
    village, number = root.findtext("where/village"), root.findtext("who/house_no")
    day = date.fromisoformat(root.findtext("where/visit_date"))
    if root.findtext("where/year") == "last_year":
        day = date(day.year - 1, 12, 31)
    answered = result == "met" and root.findtext("consent") == "yes"
    return Visit(
        household=root.findtext("who/household") or f"unlisted:{village}:{number}",
        counted_on=day,
        is_met=answered,
        is_there_no_more=result in NO_LONGER_THERE,
        implements=answered and _implements(root.find("answers")),
    )


def _implements(answers: ET.Element) -> bool:
    relations = set((answers.findtext("about/hh_relations") or "").split())
    groups = [name for name, people in GROUPS.items() if people is None or people & relations]
    return answers.findtext("registration/registered") == "yes" and all(_is_passed(answers, one) for one in groups)


def _is_passed(answers: ET.Element, group: str) -> bool:
    """Half of the sentences answered or more, none with "not yet", 2.5 on the mean of those answered."""
    marks = [int(one.text) for one in answers.find(group) if (one.text or "").isdecimal()]
    return len(marks) * 2 >= SENTENCES[group] and 1 not in marks and Fraction(sum(marks), len(marks)) >= Fraction(5, 2)


def conduct_figure(surveys: Iterable[bytes], year: int) -> tuple[int, int]:
    """Return how many households implement the criteria, and of how many; each counts by its last visit of the year."""
    visits = [one for one in map(read_visit, surveys) if one.counted_on.year == year]
    visited = sum(1 for one in _last_of_each(visits).values() if not one.is_there_no_more)
    implementing = sum(1 for one in _last_of_each(one for one in visits if one.is_decisive).values() if one.implements)
    return implementing, visited


def _last_of_each(visits: Iterable[Visit]) -> Mapping[str, Visit]:
    last: dict[str, Visit] = {}
    for visit in visits:
        known = last.get(visit.household)
        assert known is None or known.counted_on != visit.counted_on, "two visits on a day leave it to their arrival"
        if known is None or visit.counted_on > known.counted_on:
            last[visit.household] = visit
    return last
