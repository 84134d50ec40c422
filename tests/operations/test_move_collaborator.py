"""What a move leaves behind: who sees what she sent, and who finds her."""

import pytest

from server.operations.move_collaborator import Move, move_collaborator
from server.storage.visible import Reading, visible_held
from tests.builders import instance
from tests.register_field import VILLAGE, register_field

pytestmark = pytest.mark.database
ELSEWHERE = "23302-01"


def made_field(services):
    return register_field(services, unit=VILLAGE)


@pytest.fixture
def beginning():
    return made_field


@pytest.fixture
def field(begun):
    return begun


def unit(services, code: str) -> int:
    return services.atlas.current().territory.find(code, services.today()).unit_id


def held_below(services, code: str) -> set[str]:
    """Return the days on which what a supervisor of that commune sees in the tray arrived."""
    with services.engine.connect() as connection:
        rows = connection.execute(visible_held(Reading(frozenset({unit(services, code)})))).all()
    return {row.received_at.date().isoformat() for row in rows}


def test_a_held_upload_is_seen_where_she_worked_when_it_arrived(field, services, clock):
    for days, units in ((1, ()), (1, (ELSEWHERE,))):
        if units:
            move_collaborator(services, Move(field.enrolment.collaborator_id, units))
        field.send(instance(form_id="nothing"))
        clock.advance(days=days)
    assert held_below(services, "23500") == {"2026-10-05"}
    assert held_below(services, "23302") == {"2026-10-06"}


def test_one_that_comes_when_she_works_nowhere_is_seen_where_she_ever_did(field, services, clock):
    mover = field.enrolment.collaborator_id
    clock.advance(days=1)
    move_collaborator(services, Move(mover, (ELSEWHERE,), until=services.today()))
    clock.advance(days=1)
    field.send(instance(form_id="nothing"))
    assert held_below(services, "23500") == held_below(services, "23302") == {"2026-10-07"}
    assert held_below(services, "23368") == set()


def test_she_is_found_where_she_works_now_and_after_her_last_day_where_she_worked(field, services, clock):
    def found(code: str) -> list[tuple]:
        with services.reading(services.operator()) as uow:
            lines = uow.collaborators.lines(frozenset({unit(services, code)}), services.today())
        return [one.unit_ids for one in lines]

    clock.advance(days=1)
    move_collaborator(services, Move(field.enrolment.collaborator_id, (ELSEWHERE,)))
    assert found("23500") == []
    assert found("23302") == [(unit(services, ELSEWHERE),)]
    move_collaborator(services, Move(field.enrolment.collaborator_id, until=services.today()))
    clock.advance(days=1)
    assert found("23302") == [()]
