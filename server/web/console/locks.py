"""The pages of locked periods: who has locked a year, what locking would freeze, one lock, and what came late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import make_response, redirect, request, url_for

from server.access.authorisation import may_use
from server.access.roles import Permission
from server.errors import InvalidInput, NotFound
from server.indicators.figures import written
from server.indicators.periods import Period
from server.indicators.sources import Basis
from server.operations.lock_period import LONGEST_REASON, LockOrder, lock_period
from server.operations.lock_signers import may_sign
from server.operations.preview_lock import lock_overview, preview_lock
from server.operations.read_figures import Part
from server.operations.read_locks import LateCell, late_records, locked_bytes, read_locked
from server.territory.units import UnitId
from server.web.console.asked import number
from server.web.identity import signed_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Response

    from server.access.actors import Account
    from server.indicators.sources import Source
    from server.operations.services import Services
    from server.web.console.screen import Screen


@dataclass(frozen=True, slots=True)
class LockPages:
    """The pages of locked periods."""

    services: Services
    screen: Screen

    def listing(self) -> Response:
        """Show which units have locked a year."""
        project_id, year = number(request.args.get("project")), number(request.args.get("year"))
        overview = lock_overview(self.services, self._account(), project_id=project_id, year=year)
        return self.screen.page("locks.html", overview=overview)

    def preview(self) -> Response:
        """Show what locking would freeze, and what is open still."""
        shown = preview_lock(self.services, self._account(), self._order(request.args))
        return self.screen.page("lock_new.html", shown=shown, written=written, longest=LONGEST_REASON)

    def make(self) -> Response:
        """Lock, once the signer has said that it is for ever."""
        if not request.form.get("is_sure"):
            raise InvalidInput("console.locks.not_sure")
        made = lock_period(self.services, self._account(), self._order(request.form))
        return make_response(redirect(url_for("console.indicator_lock", lock_id=made.lock_id), 303))

    def one(self, lock_id: int) -> Response:
        """Show a lock: frozen, as it would be today, and the difference."""
        account, today = self._account(), self.services.today()
        shown = read_locked(self.services, account, lock_id)
        here = self.services.atlas.current()
        return self.screen.page(
            "lock.html",
            shown=shown,
            plans=list(dict.fromkeys(one.plan for one in shown.frozen.tables)),
            written=written,
            opens=_opens,
            within=request.args.get("within"),
            may_sign=may_sign(here, account, shown.lock.unit_id, today),
        )

    def late(self, lock_id: int) -> Response:
        """Show the records that make a difference, as far as they are in one's own territory."""
        asked = request.args
        part = Part.DENOMINATOR if asked.get("part") == Part.DENOMINATOR.value else Part.NUMERATOR
        unit_id = number(asked.get("unit"))
        if unit_id is None:
            raise NotFound("locks.unknown")
        cell = LateCell(asked.get("indicator", ""), part, UnitId(unit_id))
        page = late_records(self.services, self._account(), lock_id, cell, after=number(asked.get("after")))
        may_read = may_use(self._account(), Permission.READ_SUBMISSIONS, self.services.today())
        return self.screen.page("lock_late.html", page=page, cell=cell, may_read=may_read)

    def file(self, lock_id: int) -> Response:
        """Send the very bytes that were frozen."""
        lock, content = locked_bytes(self.services, self._account(), lock_id)
        response = make_response(content)
        response.content_type = "application/json"
        name = f"{lock.period.label}-{lock.unit_id}-{lock.revision}.json"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def _order(self, asked: Mapping[str, str]) -> LockOrder:
        project_id, unit_id = number(asked.get("project")), number(asked.get("unit"))
        if project_id is None or unit_id is None:
            raise NotFound("access.not_found")
        period = Period.parse(asked.get("period", ""))
        return LockOrder(project_id, UnitId(unit_id), period, asked.get("reason", ""))

    def _account(self) -> Account:
        return signed_in(self.services).account


def _opens(source: Source | None) -> bool:
    """Return whether what moved a number can be named record by record: what was counted from records can."""
    return source is not None and source.basis in {Basis.MEASURE, Basis.PREVIOUS}
