"""What every operation is given: the outside world behind names, passed in and never looked up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.storage.unit_of_work import UnitOfWork
from server.storage.visible import Intake, Operator

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from sqlalchemy import Engine

    from server.language.catalogue import Catalogue
    from server.media.store import MediaStore
    from server.operations.atlas import Atlas
    from server.operations.entity_shelf import EntityShelf
    from server.operations.form_shelf import FormShelf
    from server.settings import Settings
    from server.storage.visible import Sight


@dataclass(frozen=True, slots=True)
class Services:
    """The server's parts. *now* is the aware UTC time, *new_id* a fresh random UUID as text."""

    settings: Settings
    engine: Engine
    media: MediaStore
    catalogue: Catalogue
    shelf: FormShelf
    atlas: Atlas
    lists: EntityShelf
    now: Callable[[], datetime]
    new_id: Callable[[], str]

    def unit_of_work(self, sight: Sight) -> UnitOfWork:
        """Return a transaction that may write, seeing what *sight* sees."""
        return UnitOfWork(self.engine, sight, writes=True)

    def reading(self, sight: Sight) -> UnitOfWork:
        """Return a transaction that only reads."""
        return UnitOfWork(self.engine, sight, writes=False)

    def today(self) -> date:
        """Return today's date where the server's people live."""
        return self.now().astimezone(self.settings.timezone).date()

    @staticmethod
    def intake(project_id: int) -> Intake:
        """Return the sight of receiving submissions of one project."""
        return Intake(project_id)

    @staticmethod
    def operator() -> Operator:
        """Return the sight of the command line and of background work."""
        return Operator()
