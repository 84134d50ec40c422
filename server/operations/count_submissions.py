"""Bring the figures in line with reviews, inside the transaction that makes them.

The reviewer's operation has locked the records and written which version of each counts; nothing else moves a figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.storage.unit_of_work import UnitOfWork


def count_submissions(uow: UnitOfWork, submission_ids: Iterable[int]) -> None:
    """Count again what the records add, by the version that counts of each now; records given must be locked."""
    uow.figures.recount(submission_ids)
