"""A server killed at any moment: what a phone was told is there once and whole, what it was not told it sends again."""

import hashlib
import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import func, select

from server.storage.models.figures import ContributionRow
from server.storage.models.submissions import AttachmentRow, SubmissionRow, SubmissionVersionRow
from tests.builders import VERSION, enrol, instance, make_field, new_id
from tests.collect_double.phone import Phone
from tests.collect_double.survey import Survey
from tests.journeys.real_server import RealServer, environment_of, free_port

pytestmark = pytest.mark.database
PHONES = 6


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def environment(database_url, tmp_path, port):
    return environment_of(database_url, tmp_path, port)


class Sender:
    """A collaborator who sends one record after another, each until she is told that it arrived."""

    def __init__(self, phone: Phone, seed: int) -> None:
        self._phone = phone
        self._chance = random.Random(seed)
        self.told: dict[str, Survey] = {}
        self.tries = 0

    def send_until(self, is_over: Event) -> None:
        while not is_over.is_set():
            survey = self._survey()
            while not self._phone.send(survey, accept_length=self._chance.choice([None, 260_000])).ok:
                self.tries += 1
                time.sleep(0.05)
            self.told[survey.instance_id] = survey

    def _survey(self) -> Survey:
        instance_id = new_id()
        photos = {f"{instance_id[5:13]}-{number}.jpg": self._chance.randbytes(150_000) for number in (1, 2)}
        first, second = photos
        xml = instance(instance_id, photo=first, photo_2=second)
        return Survey("survey", VERSION, instance_id, "phieu.xml", xml, photos)


@pytest.mark.parametrize("kills", [1, pytest.param(60, marks=pytest.mark.full)])
def test_what_phones_were_told_survives_every_kill(services, environment, port, tmp_path, kills):
    field = make_field(services)
    keys = [enrol(services, field.project_id, name=f"Cộng tác viên {number} (mẫu)") for number in range(PHONES)]
    senders = [Sender(Phone(one.server_url), seed) for seed, one in enumerate(keys)]
    is_over = Event()
    with RealServer(environment, port, tmp_path / "log") as server, ThreadPoolExecutor(PHONES) as threads:
        working = [threads.submit(one.send_until, is_over) for one in senders]
        try:
            for _ in range(kills):
                time.sleep(random.uniform(0.2, 0.9))
                told_by_now = [survey for one in senders for survey in list(one.told.values())]
                server.kill()
                assert "underived" not in (tmp_path / "log").read_text(encoding="utf-8"), (
                    "look at the log: a fault of ours"
                )
                assert_whole(services, tmp_path / "media", told_by_now)
                server.start()
            time.sleep(0.5)
        finally:
            is_over.set()
            if not server.is_running:
                server.start()
        for one in working:
            one.result()
    told = [survey for one in senders for survey in one.told.values()]
    assert sum(one.tries for one in senders) > 0, "a kill that nobody noticed proves nothing"
    assert_whole(services, tmp_path / "media", told)
    with services.engine.connect() as connection:
        stored = connection.execute(select(SubmissionRow.root_instance_id)).scalars().all()
        complete = connection.execute(select(func.count()).where(SubmissionRow.missing_media == 0)).scalar_one()
    assert sorted(stored) == sorted(survey.instance_id for survey in told)
    assert complete == len(told)


def assert_whole(services, media: Path, told: list[Survey]) -> None:
    """Check that everything phones were told is there, and that nothing that is there is half.

    What a killed server had asked for may still be carried out: all is read as of one moment.
    """
    one_moment = "SERIALIZABLE" if services.engine.dialect.name == "sqlite" else "REPEATABLE READ"
    with services.engine.connect().execution_options(isolation_level=one_moment) as connection:
        versions = connection.execute(select(SubmissionVersionRow)).all()
        records = connection.execute(select(SubmissionRow.id)).scalars().all()
        files = connection.execute(select(AttachmentRow)).all()
        contributions = dict(
            connection.execute(
                select(ContributionRow.version_id, func.count()).group_by(ContributionRow.version_id)
            ).all()
        )
    assert sorted(one.submission_id for one in versions) == sorted(records), "a record without its one version"
    assert all(one.is_current and hashlib.sha256(one.xml).hexdigest() == one.sha256 for one in versions)
    assert contributions == {one.id: 2 for one in versions}
    by_version = {version.id: {} for version in versions}
    for file in files:
        by_version[file.version_id][file.name] = file.sha256
        if file.sha256 is not None:
            kept = (media / "kept" / file.media_key).read_bytes()
            assert (hashlib.sha256(kept).hexdigest(), len(kept)) == (file.sha256, file.size_bytes)
    assert all(len(names) == 2 for names in by_version.values())
    by_instance = {one.instance_id: one for one in versions}
    for survey in told:
        version = by_instance[survey.instance_id]
        assert version.xml == survey.xml
        hashes = {name: hashlib.sha256(content).hexdigest() for name, content in survey.files.items()}
        assert by_version[version.id] == hashes
