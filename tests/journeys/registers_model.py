"""What a register must hold after everything that was delivered: plain Python, written from the rules and not the code.

Rules: an update goes on from the version its phone had, links of an offline chain in their order, whatever order they
arrive in; a link that misses the one before waits, at most five days; nothing is dropped; what an edit says otherwise
is done on top of what is there. Sources: ODK Entities specification, Offline Entities; ODK Central's processing.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

WAITS = timedelta(days=5)
LEFT = {"moved_out", "merged", "gone"}


@dataclass(frozen=True)
class Said:
    """What one instance says of one entity; neither creating nor updating, it says nothing of it any more."""

    instance_id: str
    entity_id: str
    creates: bool
    updates: bool
    label: str
    values: dict[str, str]
    base: int | None
    trunk: int | None
    branch: str
    replaces: str | None = None


@dataclass(frozen=True)
class Version:
    """One version: whose chain it continues, where that chain stood on the phone, which record made it, its state."""

    branch: str
    branch_base: int | None
    record: str
    label: str
    values: dict[str, str]


@dataclass
class Entity:
    """One entity with all its versions and whatever waits for it."""

    versions: list[Version] = field(default_factory=list)
    label: str = ""
    values: dict[str, str] = field(default_factory=dict)
    place: str = ""
    """The village it names; where it names none, that of whoever brought it."""
    waiting: list[tuple[datetime, Said]] = field(default_factory=list)
    is_deleted: bool = False

    def add(self, branch: str, branch_base: int | None, record: str, *, label: str, values: dict[str, str]) -> None:
        """Make a further version that sets a label, where one is given, and some values."""
        self.label = label or self.label
        self.values = self.values | values
        self.versions.append(Version(branch, branch_base, record, self.label, self.values))

    @property
    def is_listed(self) -> bool:
        return bool(self.versions) and not self.is_deleted and self.values.get("status", "") not in LEFT


class Register:
    """One list on the server, as it must be."""

    def __init__(self) -> None:
        self.entities: dict[str, Entity] = {}
        self.happened: Counter[str] = Counter()
        self._records: dict[str, str] = {}
        self._villages: dict[str, str] = {}
        self._newest: dict[str, Said] = {}

    def made_it(self, instance_id: str) -> bool:
        """Tell whether that record made its entity, as the first of all."""
        record = self._records.get(instance_id)
        said = self._newest.get(record or "")
        return said is not None and self._of(said).versions[:1] != [] and self._of(said).versions[0].record == record

    def knows(self, entity_id: str) -> bool:
        """Tell whether there is such an entity, listed or not; a change that waits makes none."""
        return entity_id in self.entities and self.entities[entity_id].versions != []

    def deliver(self, said: Said, at: datetime, *, village: str) -> None:
        """Take in one instance from somebody of that village; one that came before changes nothing."""
        if said.instance_id in self._records:
            return
        self._villages[said.instance_id] = village
        record = said.instance_id if said.replaces is None else self._records[said.replaces]
        self._records[said.instance_id] = record
        before = self._newest.get(record)
        self._newest[record] = said
        if before is None or not self._was_done(before):
            self._forget(before)
            self._take(said, record, at)
        elif said.creates or said.updates:
            self._correct(before, said, record)
        else:
            self._withdraw(self._of(before), record)

    def force(self, now: datetime) -> None:
        """Apply what has waited too long, a chain from its first link on."""
        for entity in self.entities.values():
            while late := [(since, said) for since, said in entity.waiting if since <= now - WAITS]:
                since, said = min(late, key=lambda one: (not one[1].creates, one[1].base or 0))
                entity.waiting.remove((since, said))
                self.happened["forced"] += 1
                self._apply(entity, said, self._records[said.instance_id])
                self._release(entity)

    def listed(self, villages: set[str]) -> dict[str, Entity]:
        """Return what a person who looks after these villages must have on the phone."""
        return {entity_id: one for entity_id, one in self.entities.items() if one.is_listed and one.place in villages}

    def _of(self, said: Said) -> Entity:
        return self.entities.setdefault(said.entity_id, Entity())

    def _was_done(self, said: Said) -> bool:
        return all(waiting.instance_id != said.instance_id for _, waiting in self._of(said).waiting)

    def _forget(self, before: Said | None) -> None:
        if before is not None:
            entity = self._of(before)
            entity.waiting = [one for one in entity.waiting if one[1] is not before]

    def _take(self, said: Said, record: str, at: datetime) -> None:
        if not (said.creates or said.updates):
            return
        entity = self._of(said)
        if self._must_wait(entity, said):
            entity.waiting.append((at, said))
            self.happened["waited"] += 1
        else:
            self._apply(entity, said, record)
            self._release(entity)

    def _must_wait(self, entity: Entity, said: Said) -> bool:
        if not entity.versions:
            return not said.creates
        if not said.updates or said.base == said.trunk or (said.base == 1 and said.trunk is None):
            return False
        return all((one.branch, one.branch_base) != (said.branch, (said.base or 0) - 1) for one in entity.versions)

    def _apply(self, entity: Entity, said: Said, record: str) -> None:
        moves = bool(entity.versions) and said.values.get("village", entity.place) != entity.place
        self.happened["moved"] += moves
        label = said.label or entity.label or said.entity_id[:8]
        entity.add(said.branch, said.base, record, label=label, values=said.values)
        entity.place = said.values.get("village") or entity.place or self._villages[said.instance_id]

    def _release(self, entity: Entity) -> None:
        ready = True
        while ready:
            waiting = sorted(entity.waiting, key=lambda one: one[1].base or 0)
            ready = next((one for one in waiting if not self._must_wait(entity, one[1])), None)
            if ready:
                entity.waiting.remove(ready)
                self._apply(entity, ready[1], self._records[ready[1].instance_id])

    def _correct(self, before: Said, said: Said, record: str) -> None:
        entity = self._of(said)
        news = {name: text for name, text in said.values.items() if before.values.get(name, "") != text}
        news |= {name: "" for name in before.values if name not in said.values}
        label = said.label if said.label != before.label else ""
        if _differs(entity, news, label):
            self.happened["corrected"] += 1
            entity.add("", None, record, label=label, values=news)
            entity.place = news.get("village") or entity.place

    def _withdraw(self, entity: Entity, record: str) -> None:
        """Take away what the record did, as far as nobody has worked on it since."""
        self.happened["taken back"] += 1
        if entity.versions[0].record == record:
            entity.is_deleted = all(one.record == record for one in entity.versions)
            entity.add("", None, record, label="", values={})
            return
        mine = [place for place, one in enumerate(entity.versions) if one.record == record]
        before, after = entity.versions[mine[0] - 1], entity.versions[mine[-1]]
        touched = self._changed_by_others(entity, mine)
        news = {
            name: before.values.get(name, "")
            for name, text in after.values.items()
            if name not in touched and entity.values.get(name, "") == text
        }
        label = before.label if "label" not in touched else ""
        if _differs(entity, news, label):
            entity.add("", None, record, label=label, values=news)
            entity.place = news.get("village") or entity.place

    @staticmethod
    def _changed_by_others(entity: Entity, mine: list[int]) -> set[str]:
        found: set[str] = set()
        for place in range(mine[0] + 1, len(entity.versions)):
            before, one = entity.versions[place - 1], entity.versions[place]
            if place not in mine:
                found |= {name for name, text in one.values.items() if before.values.get(name, "") != text}
                found |= {"label"} if before.label != one.label else set()
        return found


def _differs(entity: Entity, values: dict[str, str], label: str) -> bool:
    changed = any(entity.values.get(name, "") != text for name, text in values.items())
    return changed or bool(label and label != entity.label)
