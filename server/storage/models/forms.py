"""Forms, their published versions and the files that go with them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.schema import Document, Id, Instant, Model


class FormRow(Model):
    """One form of a project. `revision` of the project rises whenever a list of forms would change."""

    __tablename__ = "form"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'closing', 'closed')", name="state"),
        UniqueConstraint("project_id", "form_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    form_id: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(16), default="open")
    is_sensitive: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)


class FormVersionRow(Model):
    """One published definition: the exact bytes phones download, kept for ever."""

    __tablename__ = "form_version"
    __table_args__ = (
        CheckConstraint("audience IN ('all', 'units', 'named', 'nobody')", name="audience"),
        UniqueConstraint("form_key", "version"),
        Index(
            "uq_form_version_current",
            "form_key",
            unique=True,
            sqlite_where=text("is_current"),
            postgresql_where=text("is_current"),
        ),
        Index(
            "uq_form_version_trial",
            "form_key",
            unique=True,
            sqlite_where=text("is_trial"),
            postgresql_where=text("is_trial"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    form_key: Mapped[int] = mapped_column(ForeignKey("form.id"))
    version: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(300))
    xform: Mapped[bytes] = mapped_column(LargeBinary)
    md5: Mapped[str] = mapped_column(String(32))
    # The workbook it came from; absent for a ready XForm.
    source: Mapped[bytes | None] = mapped_column(LargeBinary)
    source_kind: Mapped[str] = mapped_column(String(8))
    measures: Mapped[list[Any]] = mapped_column(Document)
    """The rows of the measures sheet as written, header first; parsed by `server.indicators`."""
    audience: Mapped[str] = mapped_column(String(16))
    is_current: Mapped[bool]
    is_trial: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Offered to some, while all others keep the version in force."""
    published_at: Mapped[datetime] = mapped_column(Instant)
    # Versions published by the command line have no account behind them.
    published_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class FormPoolRow(Model):
    """A form of which some version joins a pool of measures; rows stay, for records of that version do."""

    __tablename__ = "form_pool"

    form_key: Mapped[int] = mapped_column(ForeignKey("form.id"), primary_key=True)
    pool: Mapped[str] = mapped_column(String(70), primary_key=True)
    """``pool.name``"""


class FormFileRow(Model):
    """A file a form version refers to. kind: file (bytes kept here), units or entities (made per collaborator)."""

    __tablename__ = "form_file"
    __table_args__ = (
        CheckConstraint("kind IN ('file', 'units', 'entities')", name="kind"),
        UniqueConstraint("version_id", "name"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("form_version.id"))
    name: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(8))
    # A generated list has no bytes of its own.
    md5: Mapped[str | None] = mapped_column(String(32))
    sha256: Mapped[str | None] = mapped_column(String(64))
    size_bytes: Mapped[int | None]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)


class FormAudienceRow(Model):
    """Whom a version with audience `units` or `named` is for: one unit or one collaborator a row."""

    __tablename__ = "form_audience"
    __table_args__ = (
        CheckConstraint("(unit_id IS NULL) <> (collaborator_id IS NULL)", name="one"),
        UniqueConstraint("version_id", "unit_id"),
        UniqueConstraint("version_id", "collaborator_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("form_version.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    collaborator_id: Mapped[int | None] = mapped_column(ForeignKey("collaborator.id"))


class FormOfferRow(Model):
    """A form's files that an account looks at before it is published; one for each account."""

    __tablename__ = "form_offer"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    file_name: Mapped[str] = mapped_column(String(255))
    # The workbook and the files beside it, in one archive.
    bundle: Mapped[bytes] = mapped_column(LargeBinary)
    offered_at: Mapped[datetime] = mapped_column(Instant)
