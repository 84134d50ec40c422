"""Collaborators with their keys, accounts with their posts and sessions."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.schema import Id, Instant, Model


class CollaboratorRow(Model):
    """A person with a phone. `ha1` = MD5(username:realm:password) with the project's fixed realm, for Digest."""

    __tablename__ = "collaborator"
    __table_args__ = (UniqueConstraint("username"), Index("ix_collaborator_project", "project_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    name: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str] = mapped_column(String(20), default="", server_default="")
    """The number the commune calls her at; empty until somebody types it."""
    username: Mapped[str] = mapped_column(String(40))
    ha1: Mapped[str] = mapped_column(String(32))
    is_sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    is_stolen: Mapped[bool] = mapped_column(default=False)
    # When her phone last asked by user name; what asks with a key is noted there.
    last_seen_at: Mapped[datetime | None] = mapped_column(Instant)


class CollaboratorPostRow(Model):
    """Where a collaborator works, and until when."""

    __tablename__ = "collaborator_post"
    __table_args__ = (
        Index("ix_collaborator_post_person", "collaborator_id"),
        Index("ix_collaborator_post_unit", "unit_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    collaborator_id: Mapped[int] = mapped_column(ForeignKey("collaborator.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)


class CollaboratorKeyRow(Model):
    """One token of a collaborator, kept as its SHA-256; showing or printing a QR makes another."""

    __tablename__ = "collaborator_key"
    __table_args__ = (UniqueConstraint("token_sha256"), Index("ix_collaborator_key_person", "collaborator_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    collaborator_id: Mapped[int] = mapped_column(ForeignKey("collaborator.id"))
    token_sha256: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(Instant)
    last_seen_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    is_stolen: Mapped[bool] = mapped_column(default=False)


class AccountRow(Model):
    """Someone who signs in to the console; `login` is kept in canonical (lower) form."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("login"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    login: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    is_sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)
    must_change_password: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whoever reset it knows it still."""
    is_incident_work_shut: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Since somebody else set the password: they could take the second step with it."""


class PostRow(Model):
    """A role an account holds over a unit between two days; a person may hold several."""

    __tablename__ = "post"
    __table_args__ = (
        CheckConstraint("role IN ('supervisor', 'analyst', 'incident_officer', 'administrator')", name="role"),
        Index("ix_post_account", "account_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    role: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    # Whose post a deputy fills; none in one's own.
    stands_in_for_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class SessionRow(Model):
    """One signed-in browser; the cookie holds the id, the table its SHA-256."""

    __tablename__ = "session"
    __table_args__ = (Index("ix_session_account", "account_id"),)

    id_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    last_seen_at: Mapped[datetime] = mapped_column(Instant)
    # Set by the second sign-in step of an incident officer, for a while.
    elevated_until: Mapped[datetime | None] = mapped_column(Instant)


class SignInAttemptRow(Model):
    """Failed sign-ins of one account name or address within a window, shared by all workers."""

    __tablename__ = "sign_in_attempt"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    window_started_at: Mapped[datetime] = mapped_column(Instant)
    failures: Mapped[int]
