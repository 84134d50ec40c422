"""What a register must hold after everything that was delivered: plain Python, written from the rules and not the code.

Rules: an update goes on from the version its phone had, links of an offline chain in their order, whatever order they
arrive in; a link that misses the one before waits, at most five days; nothing is dropped; what an edit says otherwise
is done on top of what is there. A record that is taken back, or that a reviewer rejects, says nothing any more: the
last word of the others counts. Sources: ODK Entities specification, Offline Entities; ODK Central's processing.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

WAITS = timedelta(days=5)
LEFT = {"moved_out", "merged", "gone"}


@dataclass(frozen=True, eq=False)
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
    """One version: whose chain it continues, where that stood on the phone, which record made it, what it changed.

    A silent one says nothing of its own: it took something back, or brought it back.
    """

    branch: str
    branch_base: int | None
    record: str
    changed: dict[str, str]
    label: str
    is_silent: bool


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
    gaps: list[str] = field(default_factory=list)
    """Records dropped while they waited for it: the phone has counted each of them."""

    def add(self, record: str, label: str, values: dict[str, str], *, chain: tuple = ("", None), silent=False) -> None:
        """Make a further version that sets a label, where one is given, and some values."""
        changed = {name: text for name, text in values.items() if self.values.get(name, "") != text}
        new_label = label if label and label != self.label else ""
        self.label = label or self.label
        self.values = self.values | values
        self.place = values.get("village") or self.place
        self.versions.append(Version(*chain, record, changed, new_label, silent))

    def differs(self, label: str, values: dict[str, str]) -> bool:
        """Tell whether these would change anything."""
        return bool(label and label != self.label) or any(
            self.values.get(name, "") != text for name, text in values.items()
        )

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
        self._spoken: dict[str, set[str]] = {}
        self._did: set[str] = set()
        self._taken_back: set[str] = set()
        """Records that once did something and say nothing now."""
        self._rejected: set[str] = set()

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
        if said.creates or said.updates:
            self._spoken[record] = {*said.values, *(["label"] if said.label else [])}
        self._newest[record] = said
        self._rejected.discard(record)
        if before is None or record not in self._did:
            if self._forget(before) and not (said.creates or said.updates):
                self._leave_gap(self._of(before), record)
            self._take(said, record, at)
        elif record in self._taken_back:
            self._revive(said, record)
        elif said.creates or said.updates:
            self._correct(before, said, record)
        else:
            self._withdraw(self._of(before), record)

    def is_rejected(self, said: Said) -> bool:
        """Tell whether the record of that instance is rejected now."""
        return self._records[said.instance_id] in self._rejected

    def reject(self, instance_id: str) -> None:
        """Let a reviewer reject a record, whose newest instance this is."""
        record = self._records[instance_id]
        said, entity = self._newest[record], self._of(self._newest[record])
        self._rejected.add(record)
        if record in self._did and record not in self._taken_back:
            self._withdraw(entity, record)
        elif self._forget(said):
            self._leave_gap(entity, record)

    def accept(self, instance_id: str, at: datetime) -> None:
        """Let a reviewer take a rejection back."""
        record = self._records[instance_id]
        said, entity = self._newest[record], self._of(self._newest[record])
        self._rejected.remove(record)
        if not (said.creates or said.updates):
            return
        if record not in self._did:
            entity.gaps = [one for one in entity.gaps if one != record]
            self._take(said, record, at)
            return
        self._taken_back.remove(record)
        is_back = entity.is_deleted and entity.versions[0].record == record
        label, values = self._last_words(entity, record)
        if is_back or entity.differs(label, values):
            entity.is_deleted = entity.is_deleted and not is_back
            entity.add(record, label, values, silent=True)
        self._release(entity)

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

    def _forget(self, said: Said | None) -> bool:
        """Let an instance wait no longer; tell whether it did."""
        if said is None:
            return False
        entity = self._of(said)
        left = [one for one in entity.waiting if one[1] is not said]
        was_waiting, entity.waiting = len(left) < len(entity.waiting), left
        return was_waiting

    @staticmethod
    def _leave_gap(entity: Entity, record: str) -> None:
        """Count a change that was dropped while it waited, now or once the entity is there."""
        if entity.versions:
            entity.add(record, "", {}, silent=True)
        else:
            entity.gaps.append(record)

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
        self.happened["moved"] += bool(entity.versions) and said.values.get("village", entity.place) != entity.place
        self._did.add(record)
        label = said.label or entity.label or said.entity_id[:8]
        entity.add(record, label, said.values, chain=(said.branch, said.base))
        entity.place = entity.place or self._villages[said.instance_id]
        for one in entity.gaps:
            entity.add(one, "", {}, silent=True)
        entity.gaps.clear()

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
        if entity.differs(label, news):
            self.happened["corrected"] += 1
            entity.add(record, label, news)

    def _revive(self, said: Said, record: str) -> None:
        """Let an edit bring back what its record did before that was rejected."""
        if said.creates or said.updates:
            entity = self._of(said)
            self._taken_back.remove(record)
            entity.is_deleted = entity.is_deleted and not said.creates
            entity.add(record, said.label, said.values)

    def _withdraw(self, entity: Entity, record: str) -> None:
        """Let what the record said count no more; what it made is gone, unless others have worked on it."""
        self.happened["taken back"] += 1
        self._taken_back.add(record)
        if entity.versions[0].record == record:
            entity.is_deleted = all(one.record == record for one in entity.versions)
            entity.add(record, "", {}, silent=True)
            return
        label, values = self._last_words(entity, record)
        if entity.differs(label, values):
            entity.add(record, label, values, silent=True)

    def _last_words(self, entity: Entity, record: str) -> tuple[str, dict[str, str]]:
        """Return what the records that stand said last on all that one record ever said."""
        own = [one for one in entity.versions if one.record == record]
        names = {name for one in own for name in one.changed} | self._spoken[record]
        asks_label = any(one.label for one in own) or "label" in names
        label, values, begun = "", {}, set()
        for one in entity.versions:
            if one.is_silent or one.record in self._taken_back:
                continue
            newest = self._newest[one.record]
            told = (newest.label or one.label, newest.values) if one.record not in begun else (one.label, one.changed)
            begun.add(one.record)
            label, values = told[0] or label, values | told[1]
        return (label if asks_label else ""), {name: values.get(name, "") for name in names - {"label"}}
