"""A phone to try things with: one sample collaborator of the practice project, whose records never count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.errors import NotFound
from server.operations.add_collaborator import Enrolment, NewCollaborator, add_collaborator, new_key
from server.operations.add_project import PRACTICE_NAME
from server.operations.load_units import SAMPLE_FILE, load_units, seed_text

if TYPE_CHECKING:
    from server.operations.services import Services

SAMPLE_NAME: Final = "Cộng tác viên mẫu"
SAMPLE_UNIT: Final = "23500"
"""Xã Đăk Hà, where the sample villages and the sample households are."""
_LABEL: Final = "Điện thoại mẫu"


def sample_phone(services: Services) -> Enrolment:
    """Return a new key for the sample collaborator of the practice project, who is enrolled if she is not there.

    The sample villages are loaded too: without them the survey's list of villages would be empty. Raises NotFound
    ``project.unknown`` before the server was set up.
    """
    with services.reading(services.operator()) as uow:
        lines = uow.collaborators.lines(None, services.today())
        practice = uow.projects.by_name(PRACTICE_NAME)
    if practice is None:
        raise NotFound("project.unknown", project=PRACTICE_NAME)
    known = next(
        (one for one in lines if one.is_sample and one.project_id == practice.project_id and one.revoked_at is None),
        None,
    )
    if known is not None:
        return new_key(services, known.collaborator_id, label=_LABEL, ends_others=False)
    load_units(services, seed_text(SAMPLE_FILE))
    new = NewCollaborator(practice.project_id, SAMPLE_NAME, (SAMPLE_UNIT,), _LABEL, is_sample=True)
    return add_collaborator(services, new)
