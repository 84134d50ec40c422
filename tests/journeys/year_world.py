"""The year of `year_facts` put on a server: most of it loaded in bulk, the rest sent, reviewed and merged in earnest.

Loading writes what intake and review would have written of records: raw bytes, contributions, which version counts.
Figures are then counted by `rebuild_figures`, and everything after that moves them step by step.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from itertools import cycle
from types import SimpleNamespace

from console_world import send
from plan_world import publish
from sqlalchemy import insert, select, text

from server.access.actors import Account, AccountId, Post
from server.access.roles import Role
from server.operations.add_account import NewAccount, NewPost, add_account
from server.operations.add_collaborator import NewCollaborator, add_collaborator
from server.operations.add_project import add_project
from server.operations.derive_submission import Origin, derive_contributions
from server.operations.load_units import SEED_FILE, load_units, seed_text
from server.operations.merge_entities import MergeOrder, merge, undo_merge
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.publish_report import ReportSource, publish_report
from server.operations.rebuild_figures import rebuild_figures
from server.operations.review_submissions import Decision, Target, review_submissions, undo_review
from server.operations.sights import Desk
from server.operations.write_entities import Written, create_entities, nobody
from server.operations.write_entity import Source, Touched, advanced
from server.registers.versions import Action, Conflict, NewVersion
from server.storage.models.registers import EntityRow
from server.storage.models.submissions import SubmissionRow
from server.storage.schema import refresh_statistics
from server.submissions.instance import read_instance
from server.submissions.review import ReviewState, Verdict
from tests.journeys.year_papers import FORMS, instance_id, written
from tests.journeys.year_reports import LAYOUTS

PLANS = ("plan-4002", "plan-2026-2030-draft")
FORM_IDS = ("household_conduct_survey", "training_event", "commune_register")
NEW_PROVINCE, OLD_PROVINCE = "51", "62@2025-06-30"
UNIT_COLUMNS = "code,name,kind,parent_code,valid_from,valid_to,successor_code"


_INSERT_RECORD = insert(SubmissionRow).returning(SubmissionRow.id)
_SET_STATE = text("UPDATE submission SET review_state = :state, counted_version_id = :version WHERE id = :id")


class YearWorld:
    """A server that has lived through the year; *counting* are the papers that count, by version."""

    def __init__(self, services, year, *, live):
        self.services, self.year = services, year
        load_units(services, seed_text(SEED_FILE))
        load_units(services, _villages(year))
        self.project_id = add_project(services, "Một năm của tỉnh (mẫu)").project_id
        for form_id in FORM_IDS:
            publish(services, self.project_id, form_id)
        for name in PLANS:
            publish_plan(services, self.project_id, PlanSource(name, (FORMS / "plans" / f"{name}.xlsx").read_bytes()))
        self.layouts = {name: self._layout(name) for name in LAYOUTS}
        self.territory = services.atlas.current().territory
        self._names = [f"Y {number} (mẫu)" for number in range(len(year.staff))]
        self._phones = SimpleNamespace(services=services, tokens=self._enrol())
        posts = (NewPost(Role.SUPERVISOR, (NEW_PROVINCE,)),)
        login = add_account(services, NewAccount("duyet.mau", "Người duyệt (mẫu)", posts, "mat-khau-thu-nghiem"))
        post = Post(Role.SUPERVISOR, self.unit(NEW_PROVINCE), None, None)
        self.account = Account(AccountId(login.account_id), "duyet.mau", (post,), elevated=False)
        self._list()
        self.counting, self._states = [], []
        cut = len(year.records) - live
        self._load(year.records[:cut])
        rebuild_figures(services)
        refresh_statistics(services.engine)  # as PostgreSQL does by itself, but not in tests
        services.now.at = datetime(2025, 12, 30, 2, 0, tzinfo=UTC)
        self._merge()
        self._live(year.records[cut:])

    def unit(self, reference):
        """Return the id of a unit, ``CODE`` or ``CODE@DAY``."""
        return self.territory.resolve(reference, date(2026, 1, 1)).unit_id

    def _layout(self, name):
        source = ReportSource(name, (FORMS / "reports" / f"{name}.xlsx").read_bytes(), "Mẫu")
        return publish_report(self.services, self.project_id, source).template_id

    def _enrol(self):
        """Return the tokens of all people, who are spread over the villages."""
        places = zip(self._names, cycle(self.year.villages), strict=False)
        people = [NewCollaborator(self.project_id, name, (one.new_code,), is_sample=True) for name, one in places]
        return {one.name: (self.project_id, add_collaborator(self.services, one).token) for one in people}

    def _list(self):
        """Put households, clubs and staff on their lists, as of the end of the year before."""
        at = datetime(2024, 12, 15, tzinfo=UTC)
        here = self.services.atlas.current()
        lists = {"households": ("poverty", self.year.households), "clubs": ("kind", self.year.clubs)}
        with self.services.unit_of_work(self.services.operator()) as uow:
            for name, (kind, entries) in {**lists, "staff": ("post", self.year.staff)}.items():
                known = uow.entities.ensure_list(self.project_id, name, at)
                facts = {"list_id": known.list_id, "kind": "import", "counts": {}, "started_at": at, "ended_at": at}
                batch_id = uow.entities.add_batch(facts, is_sensitive=False)
                source = Source(at, here, (date(2024, 12, 15),), batch_id=batch_id)
                created, touched = {}, Touched()
                for one in entries:
                    values = {"village": one.village.code, "commune": one.village.commune.code, kind: one.kind}
                    values |= {name: text for name in ("groups", "hh_type") if (text := getattr(one, name))}
                    new = NewVersion(1, "Mẫu", values, frozenset(values), Action.IMPORT, Conflict.NONE)
                    before = nobody(known, one.entity_id)
                    created[one.entity_id] = Written(before, new, advanced(before, new, source))
                create_entities(uow, created, source, touched=touched)
                touched.tell(uow)

    def _load(self, records):
        """Write records as intake and review would have left them, their versions in the order they came."""
        papers = [(paper, record) for record in records for paper in record.papers]
        papers.sort(key=lambda pair: (pair[0].came_on, pair[0].number))
        records_by_root = {}
        with self.services.unit_of_work(self.services.operator()) as uow:
            for paper, record in papers:
                self._load_paper(uow, paper, record, records_by_root)
            uow._connection.execute(_SET_STATE, self._states)

    def _load_paper(self, uow, paper, record, records_by_root):
        instance = read_instance(written(paper))
        at = datetime.combine(paper.came_on, time(5), UTC)
        form = self.services.shelf.version(self.project_id, paper.form, instance.form_version)
        place = self._place(paper)
        origin = Origin(at, frozenset({place}), 0)
        added = derive_contributions(self.services, instance, form, origin)
        root = record.papers[0].number
        if root not in records_by_root:
            facts = {
                "project_id": self.project_id, "form_key": form.published.form_key, "is_sensitive": False,
                "root_instance_id": instance_id(root), "received_at": at, "unit_id": place, "event_date": paper.day,
                "figure_year": min((one.period for one in added), default=paper.day.year), "missing_media": 0,
            }  # fmt: skip
            records_by_root[root] = uow._connection.execute(_INSERT_RECORD, facts).scalar_one()
        record_id = records_by_root[root]
        version_id = uow.submissions.add_version(
            {
                "submission_id": record_id, "project_id": self.project_id, "form_key": form.published.form_key,
                "form_version_id": form.published.version_id, "instance_id": instance.instance_id,
                "deprecated_id": instance.deprecated_id, "sha256": instance.sha256, "xml": instance.xml,
                "received_at": at, "is_current": paper is record.papers[-1],
            },
            is_sensitive=False,
        )  # fmt: skip
        uow.figures.add(self.project_id, version_id, added)
        if record.counted is not None and paper is record.papers[record.counted]:
            state = ReviewState.APPROVED if paper is record.papers[-1] else ReviewState.EDITED
            self._states.append({"id": record_id, "state": state.value, "version": version_id})
            self.counting.append((version_id, paper))

    def _place(self, paper):
        told, day = paper.answers, paper.day
        if paper.form == "commune_register":
            return self.territory.find(told["commune"], day).unit_id
        village = told["house"].village if "house" in told else told["village"]
        return self.territory.find(village.code_on(day), day).unit_id

    def _merge(self):
        """Merge the households that are one, and part some that are not again."""
        gone = set(self.year.merged) | set(self.year.merged.values())
        others = [one.entity_id for one in self.year.households if one.entity_id not in gone][:6]
        wrongly = list(zip(others[::2], others[1::2], strict=True))
        for one, kept in [*self.year.merged.items(), *wrongly]:
            self.services.now.advance(seconds=1)
            done = merge(self.services, self.account, self._merge_order(kept, one))
            if (one, kept) in wrongly:
                undo_merge(self.services, self.account, done.batch_id)

    def _merge_order(self, survivor, other):
        rows = EntityRow
        with self.services.engine.connect() as connection:
            found = {
                row.entity_id: row
                for row in connection.execute(
                    select(rows.entity_id, rows.id, rows.version).where(rows.entity_id.in_((survivor, other)))
                )
            }
        one, two = found[survivor], found[other]
        return MergeOrder(one.id, two.id, one.version, two.version)

    def _live(self, records):
        """Send what came last as phones do, and decide it as people do, with some second thoughts."""
        for at, record in enumerate(records):
            sent = []
            for paper in record.papers:
                self.services.now.advance(minutes=1)
                receipt = send(self._phones, self._names[at % len(self._names)], written(paper))
                sent.append(Target(receipt.submission_id, receipt.version_id))
                if record.counted is not None and paper is record.papers[record.counted]:
                    if at % 3 == 0:
                        self._undo(self._decide(Verdict.REJECT if at % 2 else Verdict.APPROVE, sent[-1]))
                    self._decide(Verdict.APPROVE, sent[-1])
                    self.counting.append((sent[-1].version_id, paper))
            if record.counted is None and at % 2:
                self._decide(Verdict.REJECT, sent[-1])

    def _decide(self, verdict, target):
        comment = "" if verdict is Verdict.APPROVE else "Xem lại (mẫu)"
        decision = Decision(verdict, comment, (target,), spares_flagged=False)
        return review_submissions(self.services, self.account, decision, Desk.EVERYDAY).batch_id

    def _undo(self, batch_id):
        undo_review(self.services, self.account, batch_id, Desk.EVERYDAY)


def _villages(year):
    """Return the villages as a units file: in the old communes, and on in the new ones."""
    lines = [UNIT_COLUMNS]
    for one in year.villages:
        old, new = one.commune.code, one.commune.new_code
        lines.append(f"{one.code},Thôn {one.number} (mẫu),village,{old},,2025-06-30,{one.new_code}")
        lines.append(f"{one.new_code},Thôn {one.number} (mẫu),village,{new},2025-07-01,,")
    return "\n".join(lines) + "\n"
