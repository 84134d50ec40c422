"""Records as the figures' repository meets them: rows written straight into the tables, and a plain count beside it."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime

from sqlalchemy import insert, select, update

from server.indicators.contribution import Combine, Contribution
from server.storage.models.figures import ContributionRow, FigureSumRow
from server.storage.models.submissions import SubmissionRow, SubmissionVersionRow
from server.storage.unit_of_work import UnitOfWork
from server.storage.visible import Operator
from server.territory.collection import Territory
from server.territory.units import Succession, TerritoryRows, UnitId, UnitKind, UnitPeriod

AT = datetime(2026, 10, 5, 2, 0, tzinfo=UTC)
OLD_PROVINCE, NEW_PROVINCE = UnitId(1), UnitId(2)
OLD_A, OLD_B, NEW_AB, NEW_C = UnitId(11), UnitId(12), UnitId(13), UnitId(14)
VILLAGE_A, VILLAGE_B, VILLAGE_C = UnitId(21), UnitId(22), UnitId(23)
LAST, FIRST = date(2025, 6, 30), date(2025, 7, 1)
OLD_FRAME, NEW_FRAME = "until-2025-06-30", "from-2025-07-01"

ROWS = TerritoryRows(
    (
        UnitPeriod(OLD_PROVINCE, "62", "Tỉnh cũ (mẫu)", UnitKind.PROVINCE, None, None, LAST),
        UnitPeriod(NEW_PROVINCE, "51", "Tỉnh mới (mẫu)", UnitKind.PROVINCE, None, FIRST, None),
        UnitPeriod(OLD_A, "23293", "Xã A (mẫu)", UnitKind.XA, OLD_PROVINCE, None, LAST),
        UnitPeriod(OLD_B, "23296", "Xã B (mẫu)", UnitKind.XA, OLD_PROVINCE, None, LAST),
        UnitPeriod(NEW_AB, "23293", "Xã AB (mẫu)", UnitKind.XA, NEW_PROVINCE, FIRST, None),
        UnitPeriod(NEW_C, "23299", "Xã C (mẫu)", UnitKind.XA, OLD_PROVINCE, None, LAST),
        UnitPeriod(NEW_C, "23299", "Xã C (mẫu)", UnitKind.XA, NEW_PROVINCE, FIRST, None),
        UnitPeriod(VILLAGE_A, "23293-01", "Thôn 1 (mẫu)", UnitKind.VILLAGE, OLD_A, None, LAST),
        UnitPeriod(VILLAGE_A, "23293-01", "Thôn 1 (mẫu)", UnitKind.VILLAGE, NEW_AB, FIRST, None),
        UnitPeriod(VILLAGE_B, "23296-01", "Thôn 2 (mẫu)", UnitKind.VILLAGE, OLD_B, None, LAST),
        UnitPeriod(VILLAGE_B, "23293-02", "Thôn 2 (mẫu)", UnitKind.VILLAGE, NEW_AB, FIRST, None),
        UnitPeriod(VILLAGE_C, "23299-01", "Thôn 3 (mẫu)", UnitKind.VILLAGE, NEW_C, None, None),
    ),
    (),
    (Succession(OLD_PROVINCE, NEW_PROVINCE), Succession(OLD_A, NEW_AB), Succession(OLD_B, NEW_AB)),
)


class FigureWorld:
    """One project with one everyday and one sensitive form."""

    def __init__(self, engine):
        self.engine = engine
        with self.uow() as uow:
            uow.units.replace(ROWS, Territory.from_rows(ROWS).ancestors())
            self.project_id = uow.projects.add(
                {"name": "Mẫu", "kind": "main", "practice_of_id": None, "forms_revision": 0, "created_at": AT}
            )
            self.form_key, self.form_version_id = self._form(uow, "visit", is_sensitive=False)
            self.secret_key, self.secret_version_id = self._form(uow, "secret", is_sensitive=True)
        self._counter = 0

    def uow(self, sight=None, *, writes=True):
        return UnitOfWork(self.engine, sight or Operator(), writes=writes)

    def _form(self, uow, form_id, *, is_sensitive):
        form_key = uow.forms.add_form(
            {
                "project_id": self.project_id,
                "form_id": form_id,
                "state": "open",
                "is_sensitive": is_sensitive,
                "created_at": AT,
            }
        )
        facts = {
            "form_key": form_key,
            "version": "1",
            "title": form_id,
            "xform": b"<x/>",
            "md5": "",
            "source": None,
            "source_kind": "xml",
            "measures": [],
            "audience": "all",
            "is_current": True,
            "published_at": AT,
            "published_by": None,
        }
        return form_key, uow.forms.add_version(facts, [])

    def receive(self, *contributions, unit_id=VILLAGE_A, is_sensitive=False):
        """Add a record with one version that adds *contributions*; return both ids."""
        self._counter += 1
        with self.uow() as uow:
            facts = {
                "project_id": self.project_id,
                "form_key": self.secret_key if is_sensitive else self.form_key,
                "root_instance_id": f"uuid:{self._counter}",
                "is_sensitive": is_sensitive,
                "received_at": AT,
                "unit_id": unit_id,
                "event_date": date(2026, 1, 1),
                "figure_year": min((one.period for one in contributions), default=2026),
                "instance_name": f"Phiếu {self._counter} (mẫu)",
                "review_state": "received",
                "is_flagged": False,
                "is_derived": True,
                "missing_media": 0,
            }
            statement = insert(SubmissionRow).values(**facts).returning(SubmissionRow.id)
            submission_id = uow._connection.execute(statement).scalar_one()
        return submission_id, self.edit(submission_id, *contributions)

    def edit(self, submission_id, *contributions):
        """Add a further version to a record, which becomes current; return its id."""
        self._counter += 1
        with self.uow() as uow:
            rows = SubmissionVersionRow
            uow._connection.execute(update(rows).where(rows.submission_id == submission_id).values(is_current=False))
            version_id = uow.submissions.add_version(
                {
                    "submission_id": submission_id,
                    "project_id": self.project_id,
                    "form_key": self.form_key,
                    "form_version_id": self.form_version_id,
                    "instance_id": f"uuid:v{self._counter}",
                    "deprecated_id": None,
                    "sha256": f"{self._counter:064}",
                    "xml": b"<x/>",
                    "received_at": AT,
                    "collaborator_id": None,
                    "device_id": "",
                    "is_current": True,
                },
                is_sensitive=False,
            )
            uow.figures.add(self.project_id, version_id, contributions)
        return version_id

    def decide(self, counted):
        """Let the given version (or None) of each record count, as one review."""
        with self.uow() as uow:
            for submission_id, version_id in counted.items():
                rows = SubmissionRow
                uow._connection.execute(
                    update(rows).where(rows.id == submission_id).values(counted_version_id=version_id)
                )
            uow.figures.recount(counted)

    def derive_again(self, version_id, *contributions):
        with self.uow() as uow:
            uow.figures.replace(self.project_id, version_id, contributions)

    def rebuild(self):
        with self.uow() as uow:
            uow.figures.rebuild(self.project_id)

    def kept(self):
        """Return every mark and every sum there is."""
        marks, sums = ContributionRow, FigureSumRow
        with self.engine.connect() as connection:
            marked = connection.execute(
                select(marks.version_id, marks.measure, marks.position, marks.category).where(marks.is_counted)
            ).all()
            added = connection.execute(select(sums)).all()
        return {tuple(row) for row in marked}, {tuple(row) for row in added}

    def counted_by_hand(self):
        """Return the sums as one would count them on paper: every approved row sorted, the winner taken."""
        rows, versions, records = ContributionRow, SubmissionVersionRow, SubmissionRow
        with self.engine.connect() as connection:
            approved = connection.execute(
                select(rows)
                .join(versions, versions.id == rows.version_id)
                .join(records, records.id == versions.submission_id)
                .where(records.counted_version_id == rows.version_id)
            ).all()
        subjects = defaultdict(list)
        for row in approved:
            subjects[row.measure, row.period, row.subject].append(row)
        sums = defaultdict(lambda: [0, 0, 0])
        for group in subjects.values():
            for row in _winners(group):
                cell = sums[self.project_id, row.measure, row.period, row.unit_id, row.category]
                cell[0] += row.thousandths
                cell[1] += 1
                cell[2] += row.position == 0 and row.thousandths != 0
        return {(*key, *cell) for key, cell in sums.items()}


def _winners(group):
    if group[0].combine == "sum":
        return group
    if group[0].combine == "any":
        best = min(group, key=lambda row: (row.thousandths == 0, row.event_date, row.version_id, row.position))
    else:
        best = max(group, key=lambda row: (row.event_date, row.version_id, row.position))
    return [row for row in group if (row.version_id, row.position) == (best.version_id, best.position)]


def adds(name="households", *, subject="h1", unit_id=VILLAGE_A, day=date(2026, 3, 1), value=1, **more):
    """Return one contribution of the everyday form; *more*: combine, position, category, form."""
    return Contribution(
        measure=f"{more.get('form', 'visit')}.{name}",
        position=more.get("position", 0),
        subject=subject,
        category=more.get("category", ""),
        period=day.year,
        event_date=day,
        unit_id=unit_id,
        combine=Combine(more.get("combine", "latest")),
        thousandths=round(value * 1000),
    )
