"""Make everything that is derived again from the raw bytes: findings, contributions, winners and sums.

A rebuild gives the same rows; what came out otherwise is counted and told. It walks over the versions in steps, so
memory stays flat however many there are, and the server may run meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.operations.rebuild_figures import Rebuilt, rebuild_figures
from server.operations.rebuild_tallies import Retallied, rebuild_tallies
from server.operations.rederive_submission import rederive_many
from server.operations.register_version import register_kept_version

if TYPE_CHECKING:
    from server.operations.progress import Progress
    from server.operations.services import Services
    from server.storage.repositories.versions import RawVersion

VERSIONS_A_STEP: Final = 100


@dataclass(frozen=True, slots=True)
class RebuiltAll:
    """What was gone through, what differed, what still cannot be derived, and the figures of each project."""

    versions: int
    differed: int
    underived: int
    figures: tuple[Rebuilt, ...]
    registers: tuple[Retallied, ...] = ()


def rebuild(services: Services, tell: Progress) -> RebuiltAll:
    """Derive every version again, hand on what registers missed of them, then count every figure anew."""
    with services.reading(services.operator()) as uow:
        whole = uow.versions.count()
    done = differed = underived = last = 0
    while True:
        with services.reading(services.operator()) as uow:
            step = uow.versions.after(last, VERSIONS_A_STEP)
        if not step:
            break
        tally = rederive_many(services, step)
        for version_id in _not_registered(services, step):
            register_kept_version(services, version_id)
        with services.unit_of_work(services.operator()) as uow:
            uow.record_words.mend(one.submission_id for one in step)
        last, done = step[-1].version_id, done + len(step)
        differed, underived = differed + tally.differed, underived + tally.underived
        tell("rebuild.progress", done=done, whole=whole)
    tell("rebuild.figures")
    return RebuiltAll(done, differed, underived, rebuild_figures(services), rebuild_tallies(services))


def _not_registered(services: Services, versions: list[RawVersion]) -> list[int]:
    """Return those that ask something of registers, as far as their forms can, and were not gone through."""
    forms = {one.version_id: services.shelf.version_by_id(one.form_version_id) for one in versions}
    asking = [version_id for version_id, form in forms.items() if form.entity_blocks]
    with services.reading(services.operator()) as uow:
        known = uow.entity_effects.of_any(asking)
    return [one for one in asking if one not in known]
