"""The JSON door: the same figures and records as the pages, the same rights, refusals that name what is wrong."""

from __future__ import annotations

import pytest
from console_world import DAK_HA, PROVINCE, TU_MO_RONG

from server.access.roles import Role
from server.submissions.review import Verdict


def test_a_figure_is_given_by_unit_with_its_target_and_its_records(ask, world):
    sent = [world.send("couple_with_children"), world.send("refused"), world.send("couple_with_children")]
    world.decide(Verdict.APPROVE, *sent[:2])
    answer = ask((Role.ANALYST, PROVINCE))(f"/api/v1/figures/I6?year=2026&unit={DAK_HA}")
    assert answer.status_code == 200
    told = answer.get_json()
    assert (told["indicator"]["code"], told["indicator"]["unit"], told["year"]) == ("I6", "percent", 2026)
    (row,) = told["rows"]
    assert row["unit"]["name"] == "Xã Đăk Hà"
    assert row["figure"] == {
        "numerator": 1.0,
        "denominator": 2.0,
        "denominator_is_typed": False,
        "numerator_is_typed": False,
        "left_out": 0,
        "is_withheld": False,
        "value": 50.0,
        "target": 70.0,
        "target_is_draft": True,
        "gap": -20.0,
        "standing": "not_met",
        "received": 3,
        "approved": 2,
    }
    assert told["total"]["numerator"] == 1.0
    assert told["unplaced"] is None


def test_nothing_counted_is_null_and_this_year_is_asked_for_unasked(ask):
    told = ask((Role.ANALYST, PROVINCE))("/api/v1/figures/I6").get_json()
    assert told["year"] == 2026
    assert told["total"]["value"] is None
    assert len(told["rows"]) > 30


def test_the_indicators_in_force_are_listed(ask):
    told = ask((Role.ANALYST, PROVINCE))("/api/v1/figures").get_json()
    assert [(one["indicator"]["code"], one["years"]) for one in told["indicators"]] == [("I6", [2026]), ("P1", [])]


def test_records_are_those_of_the_askers_territory_page_by_page(ask, world):
    mine = [world.send("couple_with_children") for _ in range(32)]
    world.send("couple_with_children", by="A Mẫu", village=f"{TU_MO_RONG}-01")
    get, seen, after = ask((Role.SUPERVISOR, DAK_HA)), [], ""
    for _ in range(2):
        told = get(f"/api/v1/submissions?state=received{after}").get_json()
        seen += [one["submission_id"] for one in told["records"]]
        after = f"&after={told['next_after']}"
    assert told["next_after"] is None
    assert told["total"] == 32
    assert seen == [one.submission_id for one in reversed(mine)]
    assert set(told["records"][0]) >= {"instance_name", "place", "received_at", "state", "is_flagged"}


def test_a_list_is_narrowed_by_its_parameters(ask, world):
    world.decide(Verdict.APPROVE, world.send("refused"))
    world.send("couple_with_children")
    get = ask((Role.SUPERVISOR, PROVINCE))
    for query, total in {
        "state=approved": 1,
        f"unit={DAK_HA}": 2,
        f"unit={TU_MO_RONG}": 0,
        "from=2030-01-01": 0,
        "to=2030-01-01&flagged=true": 2,
        "practice=true": 0,
    }.items():
        assert get(f"/api/v1/submissions?{query}").get_json()["total"] == total, query


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("figures/I6?yaer=2026", ["yaer"]),
        ("figures/I6?year=last&project=0", ["project", "year"]),
        ("figures?x=1", ["x"]),
        ("submissions?state=done&from=today&after=-1.5", ["after", "from", "state"]),
        ("submissions?desk=incidents", ["desk"]),
        ("submissions?from=0001-01-01&to=9999-12-31", ["from", "to"]),
    ],
)
def test_parameters_that_are_unknown_or_unsound_are_named(ask, path, names):
    answer = ask((Role.SUPERVISOR, PROVINCE))(f"/api/v1/{path}")
    assert answer.status_code == 400
    error = answer.get_json()["error"]
    assert (error["code"], sorted(error["parameters"])) == ("api.bad_parameters", names)
    assert all(name in error["message"] for name in names)


@pytest.mark.parametrize(
    ("role", "path", "status", "code"),
    [
        (None, "figures/I6", 401, "access.sign_in_needed"),
        (Role.ADMINISTRATOR, "figures/I6", 403, "access.forbidden"),
        (Role.ANALYST, "submissions", 403, "access.forbidden"),
        (Role.INCIDENT_OFFICER, "submissions", 403, "access.forbidden"),
        (Role.ANALYST, "figures/I99", 404, "figures.unknown_indicator"),
        (Role.ANALYST, f"figures/I6?unit={DAK_HA}-01", 404, "api.no_row"),
        (Role.ANALYST, "figures/I6?unit=99999", 400, "territory.unknown_code"),
        (Role.ANALYST, "figures/I6?year=9", 400, "figures.bad_year"),
    ],
)
def test_refusals_are_json_with_a_code_and_a_sentence(ask, role, path, status, code):
    answer = ask(*([(role, PROVINCE)] if role else []))(f"/api/v1/{path}")
    assert answer.status_code == status
    error = answer.get_json()["error"]
    assert error["code"] == code
    assert error["message"].endswith(".")
    assert answer.headers["Cache-Control"] == "no-store"


def test_nothing_can_be_changed_through_this_door(app):
    writing = {"POST", "PUT", "PATCH", "DELETE"}
    rules = [rule for rule in app.url_map.iter_rules() if str(rule).startswith("/api/")]
    assert len(rules) == 5
    assert not any(writing & rule.methods for rule in rules)
