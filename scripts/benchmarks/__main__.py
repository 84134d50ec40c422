"""The command line of `scripts/bench`."""

from __future__ import annotations

import argparse
import json
import logging

from .console import measure_console
from .database import KINDS as DATABASES
from .indicators import measure_indicators
from .lists import measure_lists
from .loads import KINDS as LOADS
from .logic import print_logic
from .measurement import Wanted, measure


def main() -> None:
    """Measure what the arguments ask for and print it."""
    given = _arguments()
    if given.load == "logic":
        print_logic(as_json=given.json)
        return
    logging.disable(logging.WARNING)
    wanted = Wanted(given.load, given.database, given.seconds, given.clients, given.stored, given.share, given.remakes)
    for figures in _MEASURING.get(given.load, measure)(wanted):
        print(json.dumps(figures.as_json(), ensure_ascii=False) if given.json else figures.as_text(), flush=True)


_MEASURING = {"lists": measure_lists, "indicators": measure_indicators, "console": measure_console}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=DESCRIPTION)
    parser.add_argument(
        "load",
        choices=sorted((*LOADS, "console", "indicators", "lists", "logic")),
        help="surveys, events with a 2 MB photograph, form lists, entity lists, figures or pages; or form logic",
    )
    parser.add_argument("--database", choices=sorted(DATABASES), default="postgresql")
    parser.add_argument("--sqlite", dest="database", action="store_const", const="sqlite", help="--database sqlite")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long the load lasts")
    parser.add_argument("--clients", type=int, help="how many phones send at the same time, each one request at a time")
    parser.add_argument("--stored", type=int, default=0, help="how many records are there before the load begins")
    parser.add_argument("--share", type=float, default=1.0, help="how much of a province is there")
    parser.add_argument(
        "--no-rebuild",
        dest="remakes",
        action="store_false",
        help="indicators: do not make everything anew, which takes hours",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object per measurement")
    return parser.parse_args()


DESCRIPTION = """Measure the server as it runs in earnest: gunicorn, a durable throw-away database, the household
conduct survey with all its rules. Prints accepted requests a second, latencies, CPU per request of the server's and
the database's processes together, and peak memory. The load comes from a process of its own, which is not counted."""

if __name__ == "__main__":
    main()
