"""How long to wait before the next sign-in: per account and per address, counted in the database for all workers.

An attempt is counted before its password is checked and taken back when it was right, so that many at once cannot
slip through together. The first few failures cost nothing, each further one a longer wait; a quiet quarter of an
hour forgets them. Refused attempts do not prolong the wait, and it has a short end: nobody can lock somebody else out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from server.storage.repositories.accounts import Accounts, Failures

QUIET: Final = timedelta(minutes=15)
_FIRST_WAIT: Final = 60
_LONGEST_WAIT: Final = 300
_IPV6_NETWORK_BITS: Final = 64


@dataclass(frozen=True, slots=True)
class Counter:
    """One thing that is counted: its key, and how many failures are free."""

    key: str
    free: int


def counters_of(login: str, address: str) -> tuple[Counter, Counter]:
    """Return the counters of an attempt: 5 a minute for the account, 20 for the address, in fixed order."""
    account = hashlib.sha256(login.encode()).hexdigest()
    return Counter(f"account:{account}", 5), Counter(f"address:{_network(address)}", 20)


def seconds_to_wait(failures: Failures, free: int, now: datetime) -> int:
    """Return how many seconds are left before another attempt is let through, 0 if none."""
    over = failures.count - free
    since = now - failures.last_at
    if over < 0 or since >= QUIET:
        return 0
    wait = min(_FIRST_WAIT << min(over, 10), _LONGEST_WAIT)
    return max(0, wait - int(since.total_seconds()))


def take_turn(accounts: Accounts, counters: tuple[Counter, ...], now: datetime) -> int:
    """Count one attempt and return 0, or return the seconds to wait and count nothing."""
    known = [(one, accounts.failures(one.key, now)) for one in counters]
    wait = max(seconds_to_wait(failures, one.free, now) for one, failures in known)
    if wait == 0:
        for one, failures in known:
            count = 0 if now - failures.last_at >= QUIET else failures.count
            accounts.set_failures(one.key, count + 1, now)
    return wait


def give_back(accounts: Accounts, counters: tuple[Counter, Counter], now: datetime) -> None:
    """Forget the account's failures after a right password, and this one attempt of the address."""
    account, address = counters
    accounts.set_failures(account.key, 0, now)
    accounts.forgive(address.key)


def _network(address: str) -> str:
    """Return what one subscriber holds: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        return f"{int(parsed) >> _IPV6_NETWORK_BITS:x}/64"
    return str(parsed)
