"""Filled conduct surveys for trying things out: the same at every call, consistent as a phone makes them.

Each household is on the list of a sample village (`sample_households`) and answers by rules from its number alone.
What a phone would calculate is calculated here too, so that validation finds nothing odd except where a record is meant
to be looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from markupsafe import escape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FORM_ID: Final = "household_conduct_survey"
_NAMESPACE: Final = UUID("6f0b3c51-5a53-4b0e-9a0c-0f4f6f8f7a10")
_RELATIONS: Final = ("couple parent_child siblings", "couple", "couple parent_child", "parent_child", "alone")
_ABSENT: Final = "absent"
_VISIT_RESULTS: Final = ("met",) * 12 + (_ABSENT, "met", "met", "met")
_POVERTY: Final = ("none", "none", "near_poor", "none", "poor")
_GROUPS: Final = ("none", "policy", "none", "disabled", "none", "hardship", "policy disabled")
_FIRST_HOUSE: Final = 200
"""Above the house numbers of the sample files."""
_QUESTIONS: Final = {"c1": 4, "c2": 4, "c3": 3, "c4": 3, "c5": 2}
_ASKED_OF: Final = {"c2": {"couple"}, "c3": {"parent_child"}, "c4": {"parent_child"}, "c5": {"siblings"}}
_DAYS_BACK: Final = 75


@dataclass(frozen=True, slots=True)
class SampleSurvey:
    """One survey to be: which of the sample it is, where and when it was made, and what the form version says."""

    number: int
    commune: str
    village: str
    visited_on: date
    commune_number: str
    form_version: str

    @property
    def instance_id(self) -> str:
        """Return the same instanceID at every call."""
        return f"uuid:{uuid5(_NAMESPACE, f'{FORM_ID}/{self.number}')}"

    @property
    def household_id(self) -> str:
        """Return the id of the household on its list."""
        return _uuid4(f"household/{self.number}")

    @property
    def branch_id(self) -> str:
        """Return the branch of versions that a phone starts with this survey."""
        return _uuid4(f"branch/{self.number}")

    @property
    def house_no(self) -> int:
        """Return the number of the house in its village."""
        return _FIRST_HOUSE + self.number

    @property
    def relations(self) -> tuple[str, ...]:
        """Return who lives together in this house."""
        return tuple(_RELATIONS[self.number % len(_RELATIONS)].split())

    @property
    def poverty(self) -> str:
        """Return whether the household is poor."""
        return _POVERTY[self.number % len(_POVERTY)]

    @property
    def groups(self) -> str:
        """Return the groups the household belongs to."""
        return _GROUPS[self.number % len(_GROUPS)]


def visit_day(number: int, today: date) -> date:
    """Return a day of the last weeks, in this year, that does not depend on anything but the number."""
    return max(today - timedelta(days=number * 7 % _DAYS_BACK), date(today.year, 1, 1))


def survey_xml(survey: SampleSurvey) -> bytes:
    """Return the instance a phone would send."""
    is_met = _visit_result(survey) == "met"
    parts = [
        _elements({"criteria_version": "QD224_2022", "consent_version": "2026-1-draft"}),
        _where(survey),
        _element("survey_year", survey.visited_on.year),
        _who(survey),
        _element("known_year", ""),
        _elements({"household_id": survey.household_id, "hh_number": survey.house_no}),
        _element("consent", "yes") if is_met else "",
        _element("outcome", "answered" if is_met else _visit_result(survey)),
        _answers(survey) if is_met else "",
        _elements({"commune_number": survey.commune_number, "numbers": "", "counted_on": survey.visited_on}),
        _elements({"decisive": _yes(is_so=is_met), "visit_done": _yes(is_so=is_met)}),
        _element("saved_year", survey.visited_on.year) if is_met else "",
        _element("saved_result", _visit_result(survey)),
        _meta(survey),
    ]
    head = f'<data id="{FORM_ID}" version="{escape(survey.form_version)}">{_clocked(survey)}'
    return f"<?xml version='1.0' encoding='UTF-8'?>{head}{''.join(parts)}</data>".encode()


def _clocked(survey: SampleSurvey) -> str:
    day = survey.visited_on.isoformat()
    return _elements(
        {
            "start": f"{day}T08:02:11.317+07:00",
            "end": f"{day}T08:11:40.052+07:00",
            "today": day,
            "deviceid": "collect:sampledevice0001",
            "username": "ctv-mau",
        }
    )


def _visit_result(survey: SampleSurvey) -> str:
    return _VISIT_RESULTS[survey.number % len(_VISIT_RESULTS)]


def _where(survey: SampleSurvey) -> str:
    return _group(
        "where",
        _elements(
            {
                "first_note": "",
                "visit_date": survey.visited_on,
                "year": "this_year",
                "commune": survey.commune,
                "village": survey.village,
            }
        ),
    )


def _who(survey: SampleSurvey) -> str:
    told = {"household_list": "todo", "household": survey.household_id, "visit_result": _visit_result(survey)}
    return _group("who", _elements(told))


def _answers(survey: SampleSurvey) -> str:
    given = {criterion: _given(survey, criterion) for criterion in _QUESTIONS}
    passed = {criterion: _passed(criterion, scores) for criterion, scores in given.items()}
    is_registered = survey.number % 6 != 0
    assessed = "not_assessed" not in passed.values()
    implementing = is_registered and assessed and "no" not in passed.values()
    reached = survey.number % 3 != 0
    pages = [_page(criterion, scores) for criterion, scores in given.items() if scores]
    sums = [_sums(criterion, given[criterion], passed[criterion]) for criterion in _QUESTIONS]
    ends = {
        "assessed": _yes(is_so=assessed),
        "implementing": _yes(is_so=implementing),
        "knowledge_reached": _yes(is_so=reached),
        "policy_reached": "yes",
    }
    told = [_about(survey), _registration(survey, is_registered=is_registered), *pages, _heard(is_reached=reached)]
    return _group("answers", "".join([*told, *sums, _elements(ends)]))


def _about(survey: SampleSurvey) -> str:
    return _group(
        "about",
        _elements(
            {
                "respondent": "wife" if "couple" in survey.relations else "elder",
                "hh_relations": " ".join(survey.relations),
                "hh_poverty": survey.poverty,
                "hh_group": survey.groups,
            }
        ),
    )


def _registration(survey: SampleSurvey, *, is_registered: bool) -> str:
    if not is_registered:
        return _group("registration", _elements({"registered": "no", "registered_date": ""}))
    day = survey.visited_on.replace(month=1, day=1).isoformat()
    told = {"registered": "yes", "registered_precision": "month", "registered_month": day, "registered_date": day}
    return _group("registration", _elements(told))


def _given(survey: SampleSurvey, criterion: str) -> tuple[int, ...]:
    """Return the scores of a criterion, none where it is not asked of this household; a few houses score low."""
    asked_of = _ASKED_OF.get(criterion)
    if asked_of is not None and not asked_of & set(survey.relations):
        return ()
    low = 1 if survey.number % 11 == int(criterion[1]) else 3
    return tuple(low if index == 0 else 3 - (survey.number + index) % 2 for index in range(_QUESTIONS[criterion]))


def _passed(criterion: str, scores: Sequence[int]) -> str:
    if not scores:
        return "not_applicable" if criterion in _ASKED_OF else "not_assessed"
    return _yes(is_so=1 not in scores and sum(scores) >= 2.5 * len(scores))


def _page(criterion: str, scores: Sequence[int]) -> str:
    return _group(f"page_{criterion}", _elements({f"{criterion}_{n}": one for n, one in enumerate(scores, 1)}))


def _sums(criterion: str, scores: Sequence[int], passed: str) -> str:
    return _elements(
        {
            f"{criterion}_answered": len(scores),
            f"{criterion}_points": sum(scores),
            f"group_passed_{criterion}": passed,
        }
    )


def _heard(*, is_reached: bool) -> str:
    knowledge = {"k_received": "k1 k3", "k_channel": "club loudspeaker" if is_reached else "loudspeaker"}
    policy = {"p_received": "p2", "p_channel": "leaflet"}
    return _group("knowledge", _elements(knowledge)) + _group("policy", _elements(policy))


def _meta(survey: SampleSurvey) -> str:
    said = "Vắng, sẽ quay lại" if _visit_result(survey) == _ABSENT else "Gặp được"
    name = f"Hộ {survey.house_no} · {survey.visited_on.year} · {said}"
    entity = (
        f'<entity dataset="households" update="1" baseVersion="1" trunkVersion="1" branchId="{survey.branch_id}"'
        f' id="{survey.household_id}"/>'
    )
    return _group("meta", entity + _elements({"instanceID": survey.instance_id, "instanceName": name}))


def _uuid4(name: str) -> str:
    """Return the same id at every call, in the form of one drawn by lot, as ids of entities are."""
    return str(UUID(bytes=uuid5(_NAMESPACE, name).bytes, version=4))


def _yes(*, is_so: bool) -> str:
    return "yes" if is_so else "no"


def _group(name: str, content: str) -> str:
    return f"<{name}>{content}</{name}>"


def _elements(texts: Mapping[str, object]) -> str:
    return "".join(_element(name, text) for name, text in texts.items())


def _element(name: str, text: object) -> str:
    return f"<{name}>{escape(str(text))}</{name}>"
