"""Where a typed figure comes from: who typed it, when, from which document, and what it said before.

Everyday figures are the province's to read, as counted ones are. Those about incidents are shown to an incident officer
of the unit after the second sign-in step; for everybody else they are not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.access.authorisation import authorise
from server.access.roles import Permission
from server.errors import NotFound
from server.operations.sights import Desk, sight_of
from server.operations.typed_keys import keys_to_type

if TYPE_CHECKING:
    from server.access.actors import Actor
    from server.indicators.paper_figures import PaperFigure, PaperPlace
    from server.indicators.paper_keys import PaperKey
    from server.operations.services import Services


@dataclass(frozen=True, slots=True)
class PaperTrail:
    """Every version of one figure, the newest first; *key* is None where no form or plan has it any more."""

    project_id: int
    place: PaperPlace
    unit_name: str
    key: PaperKey | None
    versions: tuple[PaperFigure, ...]


def paper_trail(services: Services, actor: Actor, desk: Desk, *, project_id: int, place: PaperPlace) -> PaperTrail:
    """Return the versions of a figure; raises what `authorise` raises, NotFound ``access.not_found`` for none in sight.

    At the everyday desk figures about incidents are never in sight, whoever asks.
    """
    permission = Permission.READ_INCIDENTS if desk is Desk.INCIDENTS else Permission.READ_FIGURES
    here, today = services.atlas.current(), services.today()
    authorise(actor, permission, scope_of=here.scope_of, on=today)
    with services.reading(sight_of(actor, desk, today)) as uow:
        found = uow.paper_figures.history(project_id, place)
    versions = tuple(one for one in found if one.is_sensitive is (desk is Desk.INCIDENTS))
    if not versions:
        raise NotFound("access.not_found")
    keys = keys_to_type(services, project_id, is_sensitive=desk is Desk.INCIDENTS)
    name = here.territory.name(place.unit_id, versions[0].frame_day)
    return PaperTrail(project_id, place, name, keys.find(place.key), versions)
