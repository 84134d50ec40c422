"""Searching a province's register at the console: what one page costs, by the words that are looked for.

Words go round the intake as the households do: each is had by so many of a hundred of them, one independent of another.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Engine, text

from server.access.actors import Account, AccountId, Post
from server.access.roles import Role
from server.app import make_services
from server.operations.browse_register import RegisterQuestion, browse_register
from server.settings import read_settings
from server.territory.units import Level

from .meter import cpu_seconds
from .province import LIST
from .stored import analyze

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.operations.services import Services

    from .measurement import Bench

_WORDS = {
    "ho": 100,
    "mau": 100,
    "thi": 66,
    "van": 50,
    "nguyen": 38,
    "duc": 8,
    "hong": 5,
    "tik": 3,
    "long": 2,
    "krong": 1,
}
"""Words, and how many of a hundred households have them, about as in the names of the country."""
_PRIMES = (1, 3, 7, 11, 13, 17, 19, 23, 29, 31)
_HOUSES = 200
SEARCHES = ("", "krong", "hong tik", "nguyen tik", "nguyen van", "nguyen van 37", "nguyen van duc hong")
_TIMES = 20


@dataclass(frozen=True, slots=True)
class Searched:
    """One search of the whole province: how many it found (counted to a bound), and the CPU of server and database."""

    load: str
    words: str
    found: int
    cpu_ms: float

    def as_json(self) -> dict[str, object]:
        """Return the figures as a JSON object."""
        return asdict(self)

    def as_text(self) -> str:
        """Return the figures as one line."""
        return f"{self.load} · {self.words or '(no words)'}: {self.found} found, CPU {self.cpu_ms:.1f} ms"


def give_words(engine: Engine) -> None:
    """Let the entities that are there be found by words and house numbers, in place of those they had."""
    insert = "INSERT INTO entity_word (entity_key, word, list_id, unit_id)"
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM entity_word"))
        for (word, share), prime in zip(_WORDS.items(), _PRIMES, strict=True):
            connection.execute(
                text(f"{insert} SELECT id, :word, list_id, unit_id FROM entity WHERE (id / {prime}) % 100 < :share"),  # noqa: S608 a number
                {"word": word, "share": share},
            )
        number = f"CAST(1 + id % {_HOUSES} AS VARCHAR)"
        connection.execute(text(f"{insert} SELECT id, {number}, list_id, unit_id FROM entity"))  # noqa: S608 a number
    analyze(engine, ("entity_word",))


def measure_searches(bench: Bench) -> Iterator[Searched]:
    """Yield what each search costs a supervisor of the province, on the first page; run in this process."""
    services = make_services(read_settings(bench.environment))
    give_words(services.engine)
    for words in SEARCHES:
        found = search(services, words)
        began = _cpu(bench)
        for _ in range(_TIMES):
            search(services, words)
        yield Searched("lists: search of a province", words, found, (_cpu(bench) - began) * 1000 / _TIMES)
    services.engine.dispose()


def search(services: Services, words: str) -> int:
    """Search the households of the province as its supervisor does, and return how many there are."""
    today = services.today()
    (province,) = services.atlas.current().territory.units_of_level(Level.PROVINCE, today)
    supervisor = Account(
        AccountId(1), "tinh.mau", (Post(Role.SUPERVISOR, province.unit_id, None, None),), elevated=False
    )
    return browse_register(services, supervisor, RegisterQuestion(LIST, words=words), after=None).total


def _cpu(bench: Bench) -> float:
    return time.process_time() + cpu_seconds(bench.beside)
