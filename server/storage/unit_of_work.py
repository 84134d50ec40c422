"""The only place that begins, commits and rolls back.

A unit of work has one sight, no default one. Writers on SQLite begin IMMEDIATE (see `server.storage.database`).
Repositories are made when first asked for and share the one connection.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from server.errors import Unavailable
from server.storage.database import BEGIN_MODE, is_unprepared
from server.storage.repositories.accounts import Accounts
from server.storage.repositories.carried_lists import CarriedLists
from server.storage.repositories.case_openings import CaseOpenings
from server.storage.repositories.clean_records import CleanRecords
from server.storage.repositories.collaborators import Collaborators
from server.storage.repositories.completeness import Completeness
from server.storage.repositories.corrections import Corrections
from server.storage.repositories.deed_digests import DeedDigests
from server.storage.repositories.deeds import Deeds
from server.storage.repositories.entities import Entities
from server.storage.repositories.entity_effects import EntityEffects
from server.storage.repositories.entity_history import EntityHistory
from server.storage.repositories.entity_imports import EntityImports
from server.storage.repositories.entity_names import EntityNames
from server.storage.repositories.entity_words import EntityWords
from server.storage.repositories.figure_tables import FigureTables
from server.storage.repositories.figures import Figures
from server.storage.repositories.forms import Forms
from server.storage.repositories.household_totals import HouseholdTotals
from server.storage.repositories.locks import Locks
from server.storage.repositories.new_records import NewRecords
from server.storage.repositories.no_cases import NoCases
from server.storage.repositories.outbox import Outbox
from server.storage.repositories.paper_figures import PaperFigures
from server.storage.repositories.past_registers import PastRegisters
from server.storage.repositories.phones import Phones
from server.storage.repositories.pictures import Pictures
from server.storage.repositories.plan_rules import PlanRules
from server.storage.repositories.plans import Plans
from server.storage.repositories.projects import Projects
from server.storage.repositories.record_files import RecordFiles
from server.storage.repositories.record_lists import RecordLists
from server.storage.repositories.record_points import RecordPoints
from server.storage.repositories.record_tallies import RecordTallies
from server.storage.repositories.record_versions import RecordVersions
from server.storage.repositories.record_words import RecordWords
from server.storage.repositories.records import Records
from server.storage.repositories.records_behind import RecordsBehind
from server.storage.repositories.register import Register
from server.storage.repositories.register_imports import RegisterImports
from server.storage.repositories.register_tallies import RegisterTallies
from server.storage.repositories.releases import Releases
from server.storage.repositories.reports import Reports
from server.storage.repositories.reviews import Reviews
from server.storage.repositories.roster_counts import RosterCounts
from server.storage.repositories.saved_views import SavedViews
from server.storage.repositories.spool import Spool
from server.storage.repositories.submissions import Submissions
from server.storage.repositories.suspects import Suspects
from server.storage.repositories.tray import Tray
from server.storage.repositories.unit_boundaries import UnitBoundaries
from server.storage.repositories.units import Units
from server.storage.repositories.versions import Versions
from server.storage.visible import Reading

if TYPE_CHECKING:
    from types import TracebackType

    from sqlalchemy import Connection, Engine

    from server.storage.visible import Sight


class UnitOfWork:
    """One transaction with one sight; use as a context manager, once."""

    def __init__(self, engine: Engine, sight: Sight, *, writes: bool) -> None:
        self._engine = engine
        self._mode = "IMMEDIATE" if writes else "DEFERRED"
        self.sight = sight

    def __enter__(self) -> Self:
        """Open a connection and begin; raises `Unavailable` when the database cannot be reached."""
        try:
            self._connection: Connection = self._engine.connect()
        except (OperationalError, PoolTimeout) as fault:
            raise Unavailable("database.unavailable") from fault
        try:
            self._transaction = self._connection.execution_options(**self._options()).begin()
        except OperationalError as fault:
            self._connection.close()
            raise Unavailable("database.unavailable") from fault
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Commit if all went well, else roll back; what the database could not keep is `Unavailable`."""
        try:
            if kind is None:
                self._transaction.commit()
            else:
                self._roll_back()
        except DBAPIError as broken:
            raise Unavailable("database.unavailable") from broken
        finally:
            self._connection.close()
        if isinstance(fault, OperationalError | PoolTimeout) or is_unprepared(fault):
            raise Unavailable("database.unavailable") from fault

    def _options(self) -> dict[str, str]:
        """Return how the connection is to begin.

        A reader on PostgreSQL sends its statements alone: at READ COMMITTED each sees the state of its own moment in a
        transaction too, and BEGIN and COMMIT would cost two round trips before every phone's request.
        """
        if self._mode == "DEFERRED" and self._engine.dialect.name == "postgresql":
            return {"isolation_level": "AUTOCOMMIT"}
        return {BEGIN_MODE: self._mode}

    def _roll_back(self) -> None:
        try:
            self._transaction.rollback()
        except SQLAlchemyError:
            self._connection.invalidate()

    @cached_property
    def entities(self) -> Entities:
        """Return entity lists, entities and their versions, to write."""
        return Entities(self._connection, self.sight)

    @cached_property
    def deeds(self) -> Deeds:
        """Return what people did and opened."""
        return Deeds(self._connection, self.sight)

    @cached_property
    def deed_digests(self) -> DeedDigests:
        """Return the digests of what was done, and all of that."""
        return DeedDigests(self._connection, self.sight)

    @cached_property
    def case_openings(self) -> CaseOpenings:
        """Return who opened which case and why."""
        return CaseOpenings(self._connection)

    @cached_property
    def suspects(self) -> Suspects:
        """Return pairs of entities that are probably one."""
        return Suspects(self._connection, self.sight)

    @cached_property
    def carried_lists(self) -> CarriedLists:
        """Return what phones read of registers."""
        return CarriedLists(self._connection)

    @cached_property
    def entity_names(self) -> EntityNames:
        """Return what entities in sight are called."""
        return EntityNames(self._connection, self.sight)

    @cached_property
    def entity_effects(self) -> EntityEffects:
        """Return what became of the entity blocks of records."""
        return EntityEffects(self._connection, self.sight)

    @cached_property
    def entity_words(self) -> EntityWords:
        """Return the words entities are found by, to write."""
        return EntityWords(self._connection)

    @cached_property
    def register(self) -> Register:
        """Return what pages read of registers."""
        return Register(self._connection, self.sight)

    @cached_property
    def entity_history(self) -> EntityHistory:
        """Return what pages read of the past of entities."""
        return EntityHistory(self._connection, self.sight)

    @cached_property
    def completeness(self) -> Completeness:
        """Return what came and what there is to come."""
        return Completeness(self._connection, self.sight)

    @cached_property
    def past_registers(self) -> PastRegisters:
        """Return what registers held at the end of a year."""
        return PastRegisters(self._connection, self.sight)

    @cached_property
    def entity_imports(self) -> EntityImports:
        """Return entities by the thousand."""
        return EntityImports(self._connection, self.sight)

    @cached_property
    def register_imports(self) -> RegisterImports:
        """Return the files that are or were loaded into registers."""
        return RegisterImports(self._connection)

    @cached_property
    def household_totals(self) -> HouseholdTotals:
        """Return household totals loaded from files."""
        return HouseholdTotals(self._connection)

    @cached_property
    def paper_figures(self) -> PaperFigures:
        """Return figures typed from paper."""
        return PaperFigures(self._connection, self.sight)

    @cached_property
    def roster_counts(self) -> RosterCounts:
        """Return people of the staff roster whom a measure named."""
        return RosterCounts(self._connection, self.sight)

    @cached_property
    def submissions(self) -> Submissions:
        """Return what intake writes and reads of records."""
        return Submissions(self._connection, self.sight)

    @cached_property
    def new_records(self) -> NewRecords:
        """Return what intake writes of records it did not know."""
        return NewRecords(self._connection, self.sight)

    @cached_property
    def records(self) -> Records:
        """Return what pages read of one record."""
        return Records(self._connection, self.sight)

    @cached_property
    def record_files(self) -> RecordFiles:
        """Return the files of lists of records."""
        return RecordFiles(self._connection, self.sight)

    @cached_property
    def record_lists(self) -> RecordLists:
        """Return lists of records."""
        return RecordLists(self._connection, self.sight)

    @cached_property
    def record_words(self) -> RecordWords:
        """Return the words records are found by, to write."""
        return RecordWords(self._connection)

    @cached_property
    def saved_views(self) -> SavedViews:
        """Return the lists people saved for themselves."""
        return SavedViews(self._connection)

    @cached_property
    def reviews(self) -> Reviews:
        """Return the decisions about records."""
        return Reviews(self._connection, self.sight)

    @cached_property
    def clean_records(self) -> CleanRecords:
        """Return records that may be approved by rule."""
        return CleanRecords(self._connection, self.sight)

    @cached_property
    def corrections(self) -> Corrections:
        """Return versions made at the office."""
        return Corrections(self._connection)

    @cached_property
    def pictures(self) -> Pictures:
        """Return smaller copies of photos."""
        return Pictures(self._connection)

    @cached_property
    def record_versions(self) -> RecordVersions:
        """Return what pages read of the versions of records."""
        return RecordVersions(self._connection, self.sight)

    @cached_property
    def tray(self) -> Tray:
        """Return the held uploads."""
        return Tray(self._connection, self.sight)

    @cached_property
    def forms(self) -> Forms:
        """Return forms and their versions."""
        return Forms(self._connection)

    @cached_property
    def projects(self) -> Projects:
        """Return projects and their plans."""
        return Projects(self._connection)

    @cached_property
    def collaborators(self) -> Collaborators:
        """Return collaborators, their posts and keys."""
        return Collaborators(self._connection)

    @cached_property
    def phones(self) -> Phones:
        """Return what is known of collaborators' phones."""
        return Phones(self._connection)

    @cached_property
    def accounts(self) -> Accounts:
        """Return accounts, their posts and sessions."""
        return Accounts(self._connection)

    @cached_property
    def boundaries(self) -> UnitBoundaries:
        """Return the outlines of units."""
        return UnitBoundaries(self._connection)

    @cached_property
    def units(self) -> Units:
        """Return the administrative units."""
        return Units(self._connection)

    @cached_property
    def figures(self) -> Figures:
        """Return contributions and sums, to write and count."""
        return Figures(self._connection, self.sight)

    @cached_property
    def figure_tables(self) -> FigureTables:
        """Return what pages read of figures."""
        return FigureTables(self._connection, self.sight)

    @cached_property
    def records_behind(self) -> RecordsBehind:
        """Return the records that figures are made of."""
        return RecordsBehind(self._connection, self.sight, self.figure_tables)

    @cached_property
    def register_tallies(self) -> RegisterTallies:
        """Return the numbers of entities."""
        return RegisterTallies(self._connection)

    @cached_property
    def record_points(self) -> RecordPoints:
        """Return where everyday records in sight were made; only people's sights have them."""
        assert isinstance(self.sight, Reading), "maps are drawn for people"
        return RecordPoints(self._connection, self.sight)

    @cached_property
    def record_tallies(self) -> RecordTallies:
        """Return the numbers of records."""
        return RecordTallies(self._connection)

    @cached_property
    def plans(self) -> Plans:
        """Return the indicators and targets in force."""
        return Plans(self._connection)

    @cached_property
    def plan_rules(self) -> PlanRules:
        """Return the deadlines and review policies of plans."""
        return PlanRules(self._connection)

    @cached_property
    def no_cases(self) -> NoCases:
        """Return quarters that were confirmed to be without a case."""
        return NoCases(self._connection, self.sight)

    @cached_property
    def locks(self) -> Locks:
        """Return locked periods and what came late."""
        return Locks(self._connection, self.sight)

    @cached_property
    def releases(self) -> Releases:
        """Return the release tables of sensitive measures, and the exact counts they are made from."""
        return Releases(self._connection)

    @cached_property
    def reports(self) -> Reports:
        """Report layouts, drafts of their words, issued copies."""
        return Reports(self._connection)

    @cached_property
    def outbox(self) -> Outbox:
        """Return the work to do later."""
        return Outbox(self._connection)

    @cached_property
    def spool(self) -> Spool:
        """Return the bytes that wait for the object store."""
        return Spool(self._connection)

    @cached_property
    def versions(self) -> Versions:
        """Return received versions as they are derived again."""
        return Versions(self._connection)
