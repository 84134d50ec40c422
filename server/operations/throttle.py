"""How long to wait before the next password: per account and per address, counted in the database for all workers.

An attempt is counted before its password is checked and taken back when it was right, so that many at once cannot
slip through together. The first few failures cost nothing, each further one a longer wait; a quiet quarter of an
hour forgets them. Refused attempts do not prolong the wait, and it has a short end.

Whoever keeps trying to sign in to somebody else's account could still be first at the end of every wait. So a browser
its owner has signed in with before, and whoever is signed in already, are counted apart: nobody can lock somebody else
out. Source: OWASP, Slow Down Online Guessing Attacks with Device Cookies.
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


def counters_of(login: str, address: str, browser: str | None) -> tuple[Counter, ...]:
    """Return the counters of a sign-in, in fixed order: 5 a minute for the account, 20 for the address.

    A *browser* the account is known to use has 5 of its own.
    """
    if browser is not None:
        return (Counter(f"browser:{_hashed(browser)}", 5),)
    return Counter(f"account:{_hashed(login)}", 5), Counter(f"address:{_network(address)}", 20)


def counters_within(login: str) -> tuple[Counter, ...]:
    """Return the counter of passwords typed by whoever is signed in: 5 a minute for the account."""
    return (Counter(f"within:{_hashed(login)}", 5),)


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


def give_back(accounts: Accounts, counters: tuple[Counter, ...], now: datetime) -> None:
    """Forget the failures of the first counter after a right password, and this one attempt of the others."""
    first, *others = counters
    accounts.set_failures(first.key, 0, now)
    for one in others:
        accounts.forgive(one.key)


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _network(address: str) -> str:
    """Return what one subscriber holds: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        return f"{int(parsed) >> _IPV6_NETWORK_BITS:x}/64"
    return str(parsed)
