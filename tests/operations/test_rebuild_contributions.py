"""Figures alone can be made again from the raw bytes: what records add, and what counts of it."""

import pytest
from sqlalchemy import delete, select, update

from server.operations.progress import silent
from server.operations.rebuild_contributions import VERSIONS_A_STEP, rebuild_contributions
from server.storage.models.figures import ContributionRow, FigureSumRow
from server.storage.models.submissions import FindingRow
from server.submissions.review import Verdict

pytestmark = pytest.mark.database


@pytest.fixture
def field(figures_field):
    """Two households seen and one approved meeting."""
    records = [figures_field.survey(one) for one in ("a", "b")]
    figures_field.decide(Verdict.APPROVE, *records, figures_field.talk("a", "b", "c"))
    return figures_field


def contributed(field):
    with field.services.engine.connect() as connection:
        return sorted(map(repr, connection.execute(select(ContributionRow.__table__))))


def test_making_figures_again_changes_nothing_that_is_right(field):
    before = contributed(field), field.kept()
    told = []
    done = rebuild_contributions(field.services, lambda code, **params: told.append((code, params)))
    assert (done.versions, done.differed, done.underived) == (3, 0, 0)
    assert [one.differed for one in done.figures] == [0, 0]
    assert told == [("rebuild.progress", {"done": 3, "whole": 3}), ("rebuild.figures", {})]
    assert (contributed(field), field.kept()) == before


@pytest.mark.parametrize(
    ("damage", "is_told"),
    [
        (delete(ContributionRow), True),
        (update(ContributionRow).values(thousandths=7), True),
        (update(ContributionRow).values(is_counted=False, counted_as=None), False),
        (update(FigureSumRow).values(thousandths=7), True),
        (delete(FigureSumRow), True),
    ],
    ids=["no contributions", "other amounts", "nothing counts", "other sums", "no sums"],
)
def test_figures_that_were_damaged_are_mended_and_findings_left_alone(field, damage, is_told):
    before = contributed(field), field.kept()
    with field.services.engine.begin() as connection:
        connection.execute(damage)
        connection.execute(update(FindingRow).values(code="other.code"))
    done = rebuild_contributions(field.services, silent)
    assert (done.differed + sum(one.differed for one in done.figures) > 0) == is_told
    assert (contributed(field), field.kept()) == before
    with field.services.engine.connect() as connection:
        assert set(connection.execute(select(FindingRow.code)).scalars()) <= {"other.code"}


def test_many_versions_are_gone_through_in_steps(field, monkeypatch):
    monkeypatch.setattr("server.operations.rebuild_contributions.VERSIONS_A_STEP", 1)
    assert VERSIONS_A_STEP > 1
    assert rebuild_contributions(field.services, silent).versions == 3
