"""Three households, two forms and a plan of counts, made once for each kind of database and copied for every test."""

from __future__ import annotations

import shutil
from contextlib import contextmanager

from console_world import example, send
from plan_world import DAK_HA, SURVEY, VILLAGE_1, PlanWorld, publish, workbook
from sqlalchemy import delete, select, update

from server.operations.merge_entities import MergeOrder, merge, undo_merge
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.rebuild_figures import rebuild_figures
from server.operations.review_submissions import Decision, Target, review_submissions
from server.operations.sample_registers import SampleList, put_sample_entities
from server.operations.sights import Desk
from server.storage.models.figures import ContributionRow, FigureSumRow, MergedSubjectRow
from server.storage.models.registers import EntityRow
from server.submissions.review import Verdict
from tests.server_parts import Clock, opened

HOUSEHOLDS = tuple(f"00000000-0000-4000-8000-00000000000{digit}" for digit in "abcdef")
VISITED, REFUSED, KNOWN = f"{SURVEY}.visited", f"{SURVEY}.refused", "pool.knowledge"
COUNTS = {"SEEN": VISITED, "REFUSED": REFUSED, "KNOWN": KNOWN}


class FiguresField(PlanWorld):
    """The survey and the form of activities; some households on the list."""

    def __init__(self, services):
        services.now.advance(days=60)
        super().__init__(services)
        publish(services, self.project_id, "training_event")
        indicators = [
            (code, "Hộ (mẫu)", source, "", "count", "up", "commune", "year") for code, source in COUNTS.items()
        ]
        publish_plan(services, self.project_id, PlanSource("counts", workbook(indicators=indicators, targets=())))
        rows = "".join(f"{one},A Mẫu,{VILLAGE_1},{DAK_HA}\n" for one in HOUSEHOLDS)
        content = f"name,label,village,commune\n{rows}".encode()
        put_sample_entities(services, SampleList(self.project_id, "households", content))

    def survey(self, household, name="refused", *, village=VILLAGE_1, day="2026-11-01"):
        """Send a survey of a household, counted on that day."""
        return self.send(name, household=household, village=village, visit_date=day, counted_on=day)

    def talk(self, *households, number=None, village=VILLAGE_1, day="2026-10-20", replaces=None):
        """Send a club meeting on knowledge in a village, with these households."""
        there = {"village": village, "unit": village, "commune": village[:5], "ev_day": day, "ev_date": day}
        listed = {"ev_households": " ".join(households), "poor_households": "", "near_poor_households": ""}
        return self.deliver("training_event", "club_meeting", number or self.next_number(), replaces, **there, **listed)

    def next_number(self):
        """Return the number of an instance that is not there yet."""
        self._number += 1
        return self._number

    def deliver(self, form_id, name, number, replaces=None, **answers):
        """Send an example under an instanceID of that number, as an edit of the one numbered *replaces* if any."""
        xml = example(form_id, name, number, **answers)
        if replaces is not None:
            old = f"<deprecatedID>uuid:00000000-0000-4000-8000-{replaces:012d}</deprecatedID>"
            xml = xml.replace(b"</instanceID>", f"</instanceID>{old}".encode())
        self.services.now.advance(minutes=1)
        receipt = send(self._phones, "Y Mẫu", xml)
        return Target(receipt.submission_id, receipt.version_id)

    def decide_some(self, verdict, targets):
        """Decide about those of the records that may be decided so."""
        comment = "" if verdict is Verdict.APPROVE else "Xem lại (mẫu)"
        decision = Decision(verdict, comment, tuple(targets), spares_flagged=False)
        return review_submissions(self.services, self.actor(), decision, Desk.EVERYDAY).batch_id

    def join(self, survivor, other):
        """Merge two households and return what takes it back."""
        with self.services.engine.connect() as connection:
            found = connection.execute(select(EntityRow.entity_id, EntityRow.id, EntityRow.version)).all()
        one, two = (next(row for row in found if row.entity_id == named) for named in (survivor, other))
        return merge(self.services, self.actor(), MergeOrder(one.id, two.id, one.version, two.version)).batch_id

    def part(self, batch_id):
        """Take a merge back."""
        undo_merge(self.services, self.actor(), batch_id)

    def kept(self):
        """Return every row that counts and for whom, every sum, and who was merged."""
        rows = ContributionRow
        counting = select(rows.version_id, rows.measure, rows.position, rows.category, rows.counted_as)
        with self.services.engine.connect() as connection:
            marked = connection.execute(counting.where(rows.is_counted)).all()
            sums, merged = (connection.execute(select(one.__table__)).all() for one in (FigureSumRow, MergedSubjectRow))
        return tuple({tuple(row) for row in one} for one in (marked, sums, merged))

    def prove_rebuilt(self):
        """Prove that counting anew from nothing gives the very rows that were kept in step."""
        before = self.kept()
        with self.services.engine.begin() as connection:
            connection.execute(update(ContributionRow).values(is_counted=False, counted_as=None))
            connection.execute(delete(FigureSumRow))
            connection.execute(delete(MergedSubjectRow))
        rebuild_figures(self.services)
        assert self.kept() == before

    def taken_over(self, services):
        """Return the same over a copy of its database."""
        copy = object.__new__(type(self))
        copy.__dict__ |= self.__dict__ | {"services": services}
        copy._phones = type(self._phones)(services=services, tokens=self._phones.tokens)
        return copy


def made(database, database_url, media):
    """Make the field in a migrated database and leave it at rest."""
    clock = Clock()
    with opened(database_url, media, clock) as services:
        return database, media, FiguresField(services), clock.at


@contextmanager
def copied_field(at_rest, database_url, media):
    """The field over a copy of its database, which stands at *database_url*."""
    _, made_media, field, at = at_rest
    shutil.copytree(made_media, media)
    with opened(database_url, media, Clock(at)) as services:
        yield field.taken_over(services)
