"""What the figures of one record cost: reading them off its answers, and writing them down.

CPU of this process and of the database's together, over records that are there; what is written is taken back.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from time import process_time
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import select, text

from server.forms.logic import Context, bind_tree
from server.indicators.contributions import RecordFacts, contributions
from server.storage.models.submissions import SubmissionRow, SubmissionVersionRow
from server.storage.repositories.new_records import NewRecords, Said
from server.storage.visible import Operator
from server.submissions.instance import read_instance

from .field import SURVEY
from .meter import cpu_seconds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from server.indicators.contribution import Contribution
    from server.operations.services import Services
    from server.storage.repositories.versions import RawVersion

_RECORDS = 1_000
_OF_LATER = frozenset({"id", "submission_id", "counted_version_id", "cleared_at", "merged_into_id"})
"""What a record has only once it is kept."""
MOST_CPU_MS = 0.8


@dataclass(frozen=True, slots=True)
class Making:
    """Milliseconds of CPU for each record."""

    load: str
    stored: int
    records: int
    rows_each: float
    read_ms: float
    written_ms: float

    def as_json(self) -> dict[str, object]:
        """Return it as a JSON object."""
        return {**asdict(self), "cpu_ms": self.read_ms + self.written_ms}

    def as_text(self) -> str:
        """Return it as lines."""
        cpu_ms = self.read_ms + self.written_ms
        said = "ok" if cpu_ms <= MOST_CPU_MS else "too slow"
        return "\n".join(
            (
                f"{self.load} · {self.stored} stored · {self.records} records, {self.rows_each:.1f} rows each",
                f"  CPU          {cpu_ms:.2f} ms a record (mark {MOST_CPU_MS}) ← {said}",
                f"               {self.read_ms:.2f} to read it, {self.written_ms:.2f} to write it",
            )
        )


def measure_making(services: Services, processes: Sequence[int], stored: int) -> Making:
    """Return what the contributions of a survey cost."""
    versions = _surveys(services)
    made, read = _read(services, versions)
    written = _written(services, versions, made, processes)
    return Making(
        load="figures: of one survey",
        stored=stored,
        records=len(versions),
        rows_each=sum(map(len, made)) / len(made),
        read_ms=read * 1000 / len(versions),
        written_ms=written * 1000 / len(versions),
    )


def _surveys(services: Services) -> list[RawVersion]:
    """Return the newest surveys there are."""
    newest = text(
        "SELECT v.id FROM submission_version AS v JOIN form AS f ON f.id = v.form_key"
        " WHERE f.form_id = :form ORDER BY v.id DESC LIMIT :most"
    )
    with services.engine.connect() as connection:
        ids = connection.execute(newest, {"form": SURVEY, "most": _RECORDS}).scalars().all()
    with services.reading(services.operator()) as uow:
        return [found for one in ids if (found := uow.versions.one(one)) is not None]


def _read(services: Services, versions: Sequence[RawVersion]) -> tuple[list[tuple[Contribution, ...]], float]:
    """Return the contributions, and the seconds it took to read them off the bound answers."""
    territory, zone = services.atlas.current().territory, services.settings.timezone
    made, seconds = [], 0.0
    for one in versions:
        form, instance = services.shelf.version_by_id(one.form_version_id), read_instance(one.xml)
        tree = bind_tree(form.compiled.shape, instance.root)
        day = form.landmarks.day(tree) or services.today()
        place = form.landmarks.place(tree)
        assert place is not None, "every survey says where"
        facts = RecordFacts(
            instance.instance_id, day, territory.find_on(place.text, (day,)), territory, (services.today(), day)
        )
        context = Context(tree, tree, one.received_at, zone, form.instances, form.definition)
        begun = process_time()
        made.append(contributions(form.measures, facts, context).contributions)
        seconds += process_time() - begun
    return made, seconds


def _written(
    services: Services, versions: Sequence[RawVersion], made: Sequence[tuple[Contribution, ...]], beside: Sequence[int]
) -> float:
    """Return the seconds they add to taking records as new ones, as intake takes them: with them, less without."""
    without = [()] * len(made)
    seconds = [_taken(services, versions, said, beside) for said in (without, made, made, without)]
    return (seconds[1] + seconds[2] - seconds[0] - seconds[3]) / 2


def _taken(
    services: Services, versions: Sequence[RawVersion], said: Sequence[tuple[Contribution, ...]], beside: Sequence[int]
) -> float:
    """Return the seconds it takes to keep records once more, in one transaction that is taken back."""
    with services.engine.connect() as connection, connection.begin() as transaction:
        facts = [_facts(connection, one) for one in versions]
        records = NewRecords(connection, Operator())
        begun = process_time() + cpu_seconds(beside)
        for (record, version), rows in zip(facts, said, strict=True):
            records.add(record, version, Said(None, rows))
        seconds = process_time() + cpu_seconds(beside) - begun
        transaction.rollback()
    return seconds


def _facts(connection: Connection, one: RawVersion) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """Return what a record's row and its version's say, under another instanceID."""
    instance_id = {"root_instance_id": f"uuid:{uuid4()}"}
    found = []
    for model, row_id in ((SubmissionRow, one.submission_id), (SubmissionVersionRow, one.version_id)):
        columns = [column for column in model.__table__.columns if column.key not in _OF_LATER]
        row = connection.execute(select(*columns).where(model.id == row_id)).one()
        found.append(row._asdict())
    record, version = found
    return record | instance_id, version | {"instance_id": instance_id["root_instance_id"]}
