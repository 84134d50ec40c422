"""A blank of a form on paper, for a phone that failed; never of a form that is sealed away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.errors import NotFound
from server.forms.paper import paper_blank
from server.forms.paper_html import paper_html

if TYPE_CHECKING:
    from server.language.catalogue import Language
    from server.operations.services import Services


def print_form(services: Services, form_id: str, language: Language) -> str:
    """Return the HTML page of the version in force of *form_id*, in whichever main project has it.

    Raises NotFound ``form.unknown`` and, for a sensitive form, what `paper_blank` raises.
    """
    with services.reading(services.operator()) as uow:
        versions = [one for project in uow.projects.all() for one in uow.forms.current(project.project_id)]
    found = next((one for one in versions if one.form_id == form_id), None)
    if found is None:
        raise NotFound("form.unknown", form=form_id)
    definition = services.shelf.version_by_id(found.version_id).definition
    blank = paper_blank(definition, services.catalogue, is_sensitive=found.is_sensitive, language=language)
    return paper_html(blank, services.catalogue)
