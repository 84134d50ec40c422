"""Entity lists, the entities in them and every version each went through.

A version is never replaced. An entity's own row says what its newest version says, so that lists and pages read one
row; it can be made anew from the versions. Counters say that something changed in a list and unit since a phone looked.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.row_ids import apart
from server.storage.models.schema import Document, Id, Instant, Model, Word

_HELD = text("outcome = 'held'")
_IN_CONFLICT = text("conflict <> 'none'")
_SPLIT = text("split_from <> ''")
_LEAVING = text("is_leaving")


class EntityListRow(Model):
    """One list of a project; its revision rises whenever its columns do."""

    __tablename__ = "entity_list"
    __table_args__ = (
        CheckConstraint("reach IN ('posts', 'communes', 'holder', 'officers')", name="reach"),
        UniqueConstraint("project_id", "name"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    name: Mapped[str] = mapped_column(String(120))
    reach: Mapped[str] = mapped_column(String(12))
    is_sensitive: Mapped[bool]
    revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Instant)


class EntityPropertyRow(Model):
    """A property of a list's entities; only those that some form reads travel to phones."""

    __tablename__ = "entity_property"

    list_id: Mapped[int] = mapped_column(ForeignKey("entity_list.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    is_sent: Mapped[bool]


class EntityRow(Model):
    """One entity as it stands. Version 0: only awaited, a change named it before it was created."""

    __tablename__ = "entity"
    __table_args__ = (
        CheckConstraint("conflict IN ('none', 'soft', 'hard')", name="conflict"),
        UniqueConstraint("list_id", "entity_id"),
        CheckConstraint("standing IN ('active', 'moved_out', 'merged', 'gone', 'deleted')", name="standing"),
        # Whatever a list is narrowed to, it is read unit by unit, so that no page reads a whole province.
        Index("ix_entity_unit", "unit_id", "list_id", "standing", "surveyed_year"),
        Index("ix_entity_split", "list_id", "split_from", sqlite_where=_SPLIT, postgresql_where=_SPLIT),
        Index("ix_entity_leaving", "unit_id", "list_id", sqlite_where=_LEAVING, postgresql_where=_LEAVING),
        Index("ix_entity_merged", "merged_into_id"),
        Index("ix_entity_conflict", "unit_id", "list_id", sqlite_where=_IN_CONFLICT, postgresql_where=_IN_CONFLICT),
    )

    id: Mapped[int] = apart("entity")
    list_id: Mapped[int] = mapped_column(ForeignKey("entity_list.id"))
    entity_id: Mapped[str] = mapped_column(String(120))
    """A version 4 UUID, lower case."""
    is_sensitive: Mapped[bool]
    # An awaited entity has no place yet, nor has one whose place nobody named.
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    # The collaborator whose record created it; none for imported ones.
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("collaborator.id"))
    version: Mapped[int]
    label: Mapped[str] = mapped_column(String(300), default="")
    label_folded: Mapped[str] = mapped_column(String(300), default="")
    """The label without accents, for searching."""
    properties: Mapped[dict[str, Any]] = mapped_column(Document)
    is_live: Mapped[bool]
    """Listed on phones and pages: created, not deleted, not merged, not ended."""
    is_deleted: Mapped[bool] = mapped_column(default=False)
    standing: Mapped[str] = mapped_column(String(9), default="active", server_default="active")
    """Whether it is looked after here, and why not; follows from the rest of the row."""
    surveyed_year: Mapped[int] = mapped_column(default=0, server_default="0")
    """The year of the last survey, 0 for none."""
    is_leaving: Mapped[bool] = mapped_column(default=False, server_default=false())
    """A visit found it gone, and nobody has yet said whether that is so."""
    split_from: Mapped[str] = mapped_column(String(120), default="", server_default="")
    """The id of the entity it was a part of, empty for none; that one need not be known here."""
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("entity.id"))
    conflict: Mapped[str] = mapped_column(String(4), default="none")
    """The worst conflict of its versions that nobody has settled."""
    has_waiting: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Changes of it may wait (see `EntityEffectRow.held_at`); while it is false, none does."""
    effective_year: Mapped[int] = mapped_column(default=0)
    """The year the newest version took effect, never before the one before; 0 while it is only awaited."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)


class EntityWordRow(Model):
    """A word by which an entity is found, with the list and unit it is found in; sensitive ones are found by none."""

    __tablename__ = "entity_word"
    __table_args__ = (Index("ix_entity_word_place", "list_id", "unit_id", "word", "entity_key"),)

    entity_key: Mapped[int] = mapped_column(ForeignKey("entity.id", ondelete="CASCADE"), primary_key=True)
    word: Mapped[str] = mapped_column(Word, primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("entity_list.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))


class RegisterBatchRow(Model):
    """Something a person did to a register: an import, a merge, a settlement; versions name it."""

    __tablename__ = "register_batch"
    __table_args__ = (
        CheckConstraint("kind IN ('import', 'merge', 'undo', 'settle', 'change')", name="kind"),
        Index("ix_register_batch_list", "list_id", "started_at"),
    )

    id: Mapped[int] = apart("register_batch")
    list_id: Mapped[int] = mapped_column(ForeignKey("entity_list.id"))
    kind: Mapped[str] = mapped_column(String(8))
    # None for the command line.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    comment: Mapped[str] = mapped_column(Text, default="")
    file_name: Mapped[str] = mapped_column(String(255), default="")
    file_sha256: Mapped[str] = mapped_column(String(64), default="")
    counts: Mapped[dict[str, Any]] = mapped_column(Document)
    started_at: Mapped[datetime] = mapped_column(Instant)
    # None while it runs, and for good if it broke off.
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    # Set when it was taken back, by which batch.
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("register_batch.id"))


class EntityVersionRow(Model):
    """One version of an entity, with what made it: a version of a record, or a batch."""

    __tablename__ = "entity_version"
    __table_args__ = (
        CheckConstraint(
            "action IN ('create', 'update', 'correct', 'withdraw', 'import', 'merge', 'undo', 'settle')", name="action"
        ),
        CheckConstraint("conflict IN ('none', 'soft', 'hard')", name="conflict"),
        CheckConstraint("(submission_version_id IS NULL) <> (batch_id IS NULL)", name="source"),
        Index("ix_entity_version_submission", "submission_version_id"),
        Index("ix_entity_version_batch", "batch_id"),
        Index("ix_entity_version_unit", "unit_id", "entity_key"),
    )

    entity_key: Mapped[int] = mapped_column(ForeignKey("entity.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str] = mapped_column(String(8))
    label: Mapped[str] = mapped_column(String(300))
    properties: Mapped[dict[str, Any]] = mapped_column(Document)
    changed: Mapped[list[Any]] = mapped_column(Document)
    # Where it lay and whether it was listed from this version on; a place nobody named is none.
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    is_live: Mapped[bool] = mapped_column(default=False)
    effective_year: Mapped[int] = mapped_column(default=0)
    # Where a change stood on no version of ours, or on no branch, these are empty.
    base_version: Mapped[int | None]
    trunk_version: Mapped[int | None]
    branch_id: Mapped[str] = mapped_column(String(36), default="")
    branch_base_version: Mapped[int | None]
    conflict: Mapped[str] = mapped_column(String(4))
    # A conflict is open until somebody settled it, by a batch that says who.
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("register_batch.id"))
    submission_version_id: Mapped[int | None] = mapped_column(ForeignKey("submission_version.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("register_batch.id"))
    # Where it was carried over from a merged entity, which a change had named.
    carried_from_id: Mapped[int | None] = mapped_column(ForeignKey("entity.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class EntityEffectRow(Model):
    """What became of one entity block of one version of a record; *path* is numbered, as in findings."""

    __tablename__ = "entity_effect"
    __table_args__ = (
        CheckConstraint(
            "outcome IN ('applied', 'unchanged', 'held', 'superseded', 'withdrawn', 'refused')", name="outcome"
        ),
        Index("ix_entity_effect_entity", "entity_key", "submission_version_id"),
        Index("ix_entity_effect_held", "held_at", sqlite_where=_HELD, postgresql_where=_HELD),
    )

    submission_version_id: Mapped[int] = mapped_column(ForeignKey("submission_version.id"), primary_key=True)
    path: Mapped[str] = mapped_column(String(500), primary_key=True)
    # A block whose id no entity can have names none.
    entity_key: Mapped[int | None] = mapped_column(ForeignKey("entity.id"))
    outcome: Mapped[str] = mapped_column(String(12))
    # The version it made, where it made one.
    entity_version: Mapped[int | None]
    held_at: Mapped[datetime | None] = mapped_column(Instant)
    # What a change that waits stands on, so that it is not read again for each that comes; empty where it did not wait.
    branch_id: Mapped[str] = mapped_column(String(36), default="", server_default="")
    base_version: Mapped[int | None]
    trunk_version: Mapped[int | None]


class EntityCounterRow(Model):
    """How often anything changed in the part of a list that lies in one unit."""

    __tablename__ = "entity_counter"
    __table_args__ = (Index("ix_entity_counter_unit", "unit_id"),)

    list_id: Mapped[int] = mapped_column(ForeignKey("entity_list.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    revision: Mapped[int]


class RegisterTallyRow(Model):
    """By how many the listed entities of a unit and category changed in a year; see `server.registers.tallies`."""

    __tablename__ = "register_tally"

    list_id: Mapped[int] = mapped_column(ForeignKey("entity_list.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    category: Mapped[str] = mapped_column(String(200), primary_key=True)
    """Empty for the whole, else ``property=value``."""
    year: Mapped[int] = mapped_column(primary_key=True)
    live: Mapped[int]
