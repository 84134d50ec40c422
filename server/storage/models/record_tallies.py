"""How many records there are by form, place, year and state, kept in step by the database itself.

A trigger of the table of records adds a step for whatever changes there, whoever changes it. Steps are only inserted,
so nobody waits for anybody; a job adds them up into the tallies. A number is the tally and the steps beside it.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.schema import Id, Model


class RecordTallyRow(Model):
    """Records of a form in a unit, by the year whose figures they bear on and state; merged ones are not counted."""

    __tablename__ = "record_tally"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    form_key: Mapped[int] = mapped_column(ForeignKey("form.id"), primary_key=True)
    # 0 where a record has no unit: a key cannot be empty.
    unit_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(16), primary_key=True)
    is_counted: Mapped[bool] = mapped_column(primary_key=True)
    """Whether an approved version of it counts."""
    records: Mapped[int]
    points: Mapped[int] = mapped_column(default=0)
    """How many of them say on which spot they were made."""
    longitude_sum: Mapped[int] = mapped_column(BigInteger, default=0)
    """Of these spots, in hundred-thousandths of a degree."""
    latitude_sum: Mapped[int] = mapped_column(BigInteger, default=0)


class RecordStepRow(Model):
    """One record more or less; waits to be added up."""

    __tablename__ = "record_step"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    project_id: Mapped[int] = mapped_column(Id)
    form_key: Mapped[int] = mapped_column(Id)
    unit_id: Mapped[int] = mapped_column(Id)
    year: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    is_counted: Mapped[bool]
    records: Mapped[int]
    points: Mapped[int] = mapped_column(default=0)
    longitude_sum: Mapped[int] = mapped_column(BigInteger, default=0)
    latitude_sum: Mapped[int] = mapped_column(BigInteger, default=0)
