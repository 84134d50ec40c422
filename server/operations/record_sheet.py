"""A record opened to be filled in at the office: its form's questions, with the lists there are here.

The lists are those a phone in the record's commune would have today, as far as the officer answers for it. Nothing is
written here; see `correct_record`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from server.access.authorisation import units_for
from server.errors import NotFound
from server.forms.lists import read_csv
from server.operations.carry_lists import carried_lists, list_bytes
from server.operations.units_lists import units_list
from server.submissions.choice_labels import ChoiceLabels
from server.submissions.circumstances import Circumstances
from server.submissions.documents import add_instance, drop_instance, element_at, put_text
from server.submissions.filling import follow
from server.submissions.landmarks import UNITS_LIST
from server.submissions.questionnaire import Page, questions
from server.submissions.typed_answers import answer_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from lxml.etree import _Element

    from server.access.actors import Account
    from server.forms.lists import ChoiceList
    from server.operations.form_shelf import ShelvedForm
    from server.operations.services import Services
    from server.operations.sights import Desk
    from server.storage.repositories.collaborators import Sender
    from server.submissions.filling import Worked
    from server.submissions.questionnaire import Question
    from server.territory.units import UnitId

_CSV = ".csv"
_LISTS_KEPT: Final = 6
"""Lists of entities kept as they were read, in each worker: a page that is filled in asks with every answer."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a record is filled in with: its form, the lists of its place, and who is asked for as its sender."""

    form: ShelvedForm
    sender: Sender
    circumstances: Circumstances
    labels: ChoiceLabels


@dataclass(frozen=True, slots=True)
class Step:
    """What was typed into a page, and the repeat to add an instance to or the instance to take out, if any."""

    typed: Mapping[str, Sequence[str]]
    """By the numbered path of the question; several texts where there are boxes."""
    adds: str = ""
    drops: str = ""
    reason: str = ""

    def with_reason(self, reason: str) -> Step:
        """Return the same step for a reason."""
        return replace(self, reason=reason)


def setting_of(  # noqa: PLR0913 the facts of one record, each of its own kind
    services: Services, account: Account, desk: Desk, *, form: ShelvedForm, sender: Sender, place: Place
) -> Setting:
    """Return what the account may fill in a record of *sender* with."""
    here, today = services.atlas.at(sender.territory_revision), services.today()
    own = units_for(account, desk.review, today)
    served = own if place.unit_id is None else own | {place.unit_id}
    days = {today, place.event_date or today}
    lists = {
        **form.lists,
        UNITS_LIST: units_list(here, {day: here.communes_served(served, day) for day in sorted(days, reverse=True)}),
        **_entity_lists(services, form, replace(sender, post_units=_posts(services, own, place))),
    }
    now = services.now()
    circumstances = Circumstances(now, services.settings.timezone, lists, filled_at=now)
    return Setting(form, sender, circumstances, ChoiceLabels(form.definition, lists, lambda _list, _value: None))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record is, and of which day, as far as it is known."""

    unit_id: UnitId | None
    event_date: date | None


def sender_of(services: Services, project_id: int, collaborator_id: int | None) -> Sender:
    """Return who sent a record; raises NotFound ``access.not_found`` where nobody did."""
    if collaborator_id is None:
        raise NotFound("access.not_found")
    with services.reading(services.intake(project_id)) as uow:
        username = uow.collaborators.username_of(collaborator_id)
        sender = uow.collaborators.by_username(username, services.today())
    assert sender is not None, "a collaborator is never deleted"
    return sender


def fill_in(root: _Element, before: Worked, *, asked: Iterable[Question], setting: Setting, step: Step) -> None:
    """Write what was typed into the questions that were *asked*, then add or take out an instance.

    What the form sets when an answer is another is set; *before* is the document as it was.
    """
    zone, changed = setting.circumstances.timezone, set()
    for question in asked:
        typed, element = step.typed.get(question.path), element_at(root, question.path)
        if typed is None or element is None or not question.is_typed:
            continue
        text = answer_text(typed, question.node, zone, before=question.text)
        if not question.says(text):
            put_text(element, text)
            changed.add(question.path)
    follow(root, before, setting.form.compiled, changed=frozenset(changed), at=setting.circumstances)
    if step.adds:
        add_instance(root, setting.form.definition, step.adds)
    if step.drops:
        drop_instance(root, setting.form.definition, step.drops)


def not_offered(page: Page, before: Mapping[str, str]) -> tuple[Question, ...]:
    """Return the questions whose answer is none of the choices; one that was there *before*, by path, may stay."""
    return tuple(one for one in questions(page) if not one.offers(one.text) and before.get(one.path, "") != one.text)


def _posts(services: Services, own: frozenset[UnitId], place: Place) -> frozenset[UnitId]:
    """Return where a phone whose lists the account may see would be posted: the record's commune, else its unit."""
    here, today = services.atlas.current(), services.today()
    if place.unit_id is None:
        return own
    scope = here.scope_of(own)
    communes = here.communes_served(frozenset({place.unit_id}), today)
    return frozenset(one for one in communes if scope.covers(one)) or frozenset({place.unit_id})


def _entity_lists(services: Services, form: ShelvedForm, sender: Sender) -> dict[str, ChoiceList]:
    """Return the lists of entities the form reads, by instance id; one that nobody made is left out."""
    wanted = {
        one.filename.removesuffix(_CSV): one.instance_id
        for one in form.definition.instances
        if one.instance_id in form.compiled.entity_lists
    }
    carried = carried_lists(services, sender, wanted) if wanted else {}
    return {wanted[name]: _parsed(wanted[name], list_bytes(services, sender, one)) for name, one in carried.items()}


@lru_cache(maxsize=_LISTS_KEPT)
def _parsed(name: str, content: bytes) -> ChoiceList:
    return read_csv(name, content)
