"""The province of a supervisor's morning: old records, those of yesterday, a case, silent people, a phone taken away.

At a twentieth of its size the old ones are fewer; what came yesterday and has to be looked at is always the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from itertools import cycle
from types import SimpleNamespace

from console_world import DAK_HA, TU_MO_RONG, example, make_account, send
from map_field import MIDDLES, load_squares
from PIL import Image
from plan_world import SURVEY, publish

from scripts.benchmarks.stored import copy_newest
from server.access.roles import Role
from server.operations.add_collaborator import NewCollaborator, add_collaborator, revoke_collaborator
from server.operations.find_suspects import find_all_suspects
from server.operations.identify_sender import sender_by_token
from server.operations.progress import silent
from server.operations.review_submissions import Target
from server.submissions.review import Verdict
from tests.register_world import put

VILLAGE, OTHER_VILLAGE, TU_VILLAGE, THIRD_COMMUNE, THIRD_VILLAGE = (
    "23500-04", "23500-01", "23425-01", "23368", "23368-01",
)  # fmt: skip
CLEAN, FLAGGED, LACKING, LATE, TWINS = 40, 5, 4, 2, 3
NEW = 120
LISTED = "7f0b7e0a-3f5e-4a43-9d0e-5a8d1c2b6e01"
"""The household of the example."""
REGISTERED = "419ef5a8-3609-4fe7-9005-08e9120ffd28"
"""The household that the example of the register makes."""
SILENT = {"CTV im lặng 1 (mẫu)": "0900000001", "CTV im lặng 2 (mẫu)": "0900000002"}
REVOKED = "CTV mất máy (mẫu)"
KNOWN_TWICE = (
    ("A Đượm", "Y Krông", "61", "A Duom"),
    ("A Blưn", "Y Hlim", "62", "Blun A"),
    ("A Thưi", "Y Nguốt", "63", "A Thui"),
)
"""Of households that are registered again: head, spouse and number as the list has them, the head as he is sent."""


@dataclass(frozen=True)
class House:
    """A household on the list."""

    village: str
    number: int
    entity_id: str


@dataclass(frozen=True)
class Size:
    """How much there is beside what came yesterday."""

    old: int
    collaborators: int


class Morning:
    """What the people of the morning meet, made through the operations that make it in earnest."""

    def __init__(self, world, size):
        self.world, self.services = world, world.services
        self._number = 5000
        publish(self.services, world.project_id, "training_event")
        load_squares(self.services, DAK_HA)
        self._people(size)
        self._old(size.old)
        self.services.now.advance(days=8)
        self._yesterday()
        self.services.now.advance(days=1)

    def _people(self, size):
        make_account(self.services, "vu.viec", (Role.INCIDENT_OFFICER, DAK_HA), (Role.INCIDENT_OFFICER, TU_MO_RONG))
        make_account(self.services, "giam.sat", (Role.SUPERVISOR, DAK_HA), name="Cán bộ xã mẫu")
        self.phones = SimpleNamespace(services=self.services, tokens=dict(self.world._phones.tokens))
        for name, phone in SILENT.items():
            self._enrol(name, DAK_HA, phone)
        self._enrol(REVOKED, DAK_HA)
        count = size.collaborators - len(self.phones.tokens)
        self._senders = {
            place: cycle([self._enrol(f"CTV {number} (mẫu)", place) for number in range(at, count, 3)])
            for at, place in enumerate((DAK_HA, TU_MO_RONG, THIRD_COMMUNE))
        }

    def _enrol(self, name, place, phone=""):
        new = NewCollaborator(self.world.project_id, name, (place,), phone=phone, is_sample=True)
        self.phones.tokens[name] = (self.world.project_id, add_collaborator(self.services, new).token)
        return name

    def survey(self, village, by="", **answers):
        """Have a survey of a household of its own sent from a village."""
        self._number += 1
        receipt = self._sent(self._household(village, self._number), by, **answers)
        return Target(receipt.submission_id, receipt.version_id)

    def _household(self, village, house_no):
        entity_id = f"00000000-0000-4000-8000-{house_no:012d}"
        told = {"house_no": str(house_no), "status": "active", "head_name": f"A Mẫu {house_no}"}
        put(self.services, self.world.project_id, village=village, entity_id=entity_id, **told)
        return House(village, house_no, entity_id)

    def _sent(self, house, by="", *, name="couple_with_children", series="00000000", replaces="", year=2026, **answers):
        """Have a phone send a visit as its form would fill it in: of *year*, or an edit of what it *replaces*."""
        self._number += 1
        facts = {"village": house.village, "commune": house.village[:5], "hh_number": house.number}
        facts |= {"household_id": house.entity_id, "household": house.entity_id}
        facts |= {"survey_year": year, "saved_year": year, "visit_date": f"{year}-11-10", "counted_on": f"{year}-11-10"}
        facts["instanceName"] = f"Hộ {house.number} · {year} · Gặp được"
        xml = example(SURVEY, name, self._number, **(facts | answers)).decode()
        xml = xml.replace(LISTED, house.entity_id).replace("uuid:00000000", f"uuid:{series}")
        if replaces:
            xml = xml.replace("</instanceID>", f"</instanceID><deprecatedID>{replaces}</deprecatedID>")
        self.last_id = f"uuid:{series}-0000-4000-8000-{self._number:012d}"
        return send(self.phones, by or next(self._senders[house.village[:5]]), xml.encode())

    def _old(self, count):
        """Have the database copy a survey of last year in each commune, and take all of them for approved."""
        for place, village in enumerate((VILLAGE, TU_VILLAGE, THIRD_VILLAGE)):
            self.survey(village, series=f"0000000{place + 1}", year=2025)
            copy_newest(self.services.engine, count // 3)
        with self.services.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE submission SET review_state = 'approved'")

    def _yesterday(self):
        self.clean = [self.survey(VILLAGE).submission_id for _ in range(CLEAN)]
        self.flagged = [self.survey(VILLAGE, name="bad_required_missing").submission_id for _ in range(FLAGGED)]
        self.case = self._case()
        self._edited()
        self.meeting = self._meeting(1, has_photo=True)
        for number in range(LACKING):
            self._meeting(2 + number)
        self._lost_phone()
        for _ in range(LATE):
            self.survey(OTHER_VILLAGE, visit_date="2026-03-10", counted_on="2026-03-10")
        self._twins()
        made = CLEAN + FLAGGED + 2 + 1 + LACKING + 1 + LATE + TWINS
        for number in range(NEW - made):
            self.survey((TU_VILLAGE, THIRD_VILLAGE)[number % 2])

    def _case(self):
        facts = {"commune": DAK_HA, "case_date": "2026-11-08"}
        receipt = send(self.world._officer, "Cán bộ mẫu", example("incident", "new_case", 4001, **facts))
        return receipt.submission_id

    def _edited(self):
        """Last year's visit of a household, this year's, and an edit of it."""
        house = self._household(OTHER_VILLAGE, 4100)
        before = self._sent(house, "Y Mẫu", year=2025, hh_poverty="none")
        self.world.decide(Verdict.APPROVE, Target(before.submission_id, before.version_id))
        self.edited = self._sent(house, "Y Mẫu").submission_id
        self._sent(house, "Y Mẫu", replaces=self.last_id, hh_poverty="near_poor")

    def _meeting(self, number, *, has_photo=False):
        """A meeting outside the commune's outline, with its photograph or still without."""
        longitude, latitude = MIDDLES[DAK_HA]
        facts = {"commune": DAK_HA, "village": OTHER_VILLAGE, "unit": OTHER_VILLAGE}
        facts["photo_session"] = f"{number}.jpg"
        xml = example("training_event", "club_meeting", 4200 + number, **facts)
        xml = xml.replace(b"<photo_session />", f"<photo_session>{number}.jpg</photo_session>".encode())
        spot = f"<venue_point>{latitude + 0.15} {longitude} 600.0 8.5</venue_point>".encode()
        xml = xml.replace(b"<venue_point />", spot)
        files = [(f"{number}.jpg", "image/jpeg", _photograph())] if has_photo else []
        return send(self.phones, "Y Mẫu", xml, files).submission_id

    def _twins(self):
        """Households that are on the list are registered once more, by another phone, and found by the job."""
        for at, (head, spouse, number, sent_as) in enumerate(KNOWN_TWICE):
            told = {"head_name": head, "spouse_name": spouse, "house_no": number, "size": "5", "status": "active"}
            put(self.services, self.world.project_id, village=OTHER_VILLAGE, **told)
            facts = {"village": OTHER_VILLAGE, "commune": DAK_HA, "house_no": number, "hh_number": number}
            facts |= {"saved_village": OTHER_VILLAGE, "instanceName": f"Hộ {number} · Hộ mới"}
            facts |= dict.fromkeys(("hh_head_name", "saved_head_name"), sent_as)
            facts |= dict.fromkeys(("hh_spouse_name", "saved_spouse_name"), spouse)
            facts |= {"hh_label": f"{sent_as} – vợ {spouse} – hộ {number}"}
            xml = example("household_register", "new_household", 4500 + at, **facts).decode()
            xml = xml.replace("A Tik (mẫu) – vợ Y Bét (mẫu) – hộ 52", facts["hh_label"])
            xml = xml.replace(REGISTERED, f"00000000-0000-4000-9000-{at:012d}")
            send(self.phones, next(self._senders[DAK_HA]), xml.encode())
        find_all_suspects(self.services, silent)

    def _lost_phone(self):
        """A phone is taken away; what it had in its queue arrives afterwards."""
        sender = sender_by_token(self.services, *self.phones.tokens[REVOKED])
        revoke_collaborator(self.services, sender.collaborator_id, is_stolen=False)
        self._sent(self._household(OTHER_VILLAGE, 4300), REVOKED)


def _photograph():
    written = BytesIO()
    Image.new("RGB", (800, 600), "green").save(written, "JPEG")
    return written.getvalue()
