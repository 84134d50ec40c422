"""The tables, one module per noun; importing this package registers them all."""

from __future__ import annotations

from server.storage.models import (
    boundaries,
    deeds,
    figures,
    forms,
    imports,
    locks,
    no_cases,
    paper_figures,
    people,
    plan_rules,
    projects,
    queue,
    record_tallies,
    registers,
    releases,
    reports,
    reviews,
    submissions,
    suspects,
    territory,
    tray,
)
from server.storage.models.schema import db

__all__ = [
    "boundaries",
    "db",
    "deeds",
    "figures",
    "forms",
    "imports",
    "locks",
    "no_cases",
    "paper_figures",
    "people",
    "plan_rules",
    "projects",
    "queue",
    "record_tallies",
    "registers",
    "releases",
    "reports",
    "reviews",
    "submissions",
    "suspects",
    "territory",
    "tray",
]
