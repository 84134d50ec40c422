"""Say anew whom a published form version is for; its bytes stay as they are."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from server.errors import NotFound
from server.operations.publish_form import audience_rows, lists_left_empty

if TYPE_CHECKING:
    from server.operations.empty_lists import EmptyList
    from server.operations.publish_form import Audience
    from server.operations.services import Services

log = logging.getLogger(__name__)


def offer_form(services: Services, version_id: int, audience: Audience) -> tuple[EmptyList, ...]:
    """Let the version be for *audience* from now on; phones see it at their next look.

    Returns the lists that have no row for some of them. Raises Conflict ``list.empty_for`` where that is a mistake,
    NotFound ``form.unknown`` and what `Territory.resolve` raises.
    """
    rows = audience_rows(services, version_id, audience)
    with services.unit_of_work(services.operator()) as uow:
        version = uow.forms.version_by_id(version_id)
        if version is None:
            raise NotFound("form.unknown", form=str(version_id))
        uow.forms.set_audience(version_id, audience.kind, rows)
        uow.forms.raise_revision(version.project_id)
        empty = lists_left_empty(services, uow, version_id, audience)
    log.info("form.offered", extra={"form": version.form_id, "audience": audience.kind})
    return empty
