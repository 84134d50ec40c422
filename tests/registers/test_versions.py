"""What a change does to an entity: the row of the specification for each way it may stand to what is there."""

import itertools
from uuid import uuid4

import pytest

from server.registers.changes import EntityChange
from server.registers.versions import (
    BASE_UNKNOWN,
    EARLIER_MISSING,
    EXISTS,
    UNKNOWN,
    Action,
    Arrived,
    Conflict,
    EntityState,
    NewVersion,
    PastVersion,
    Wait,
    amended,
    decide,
)

ID, BRANCH, OTHER = str(uuid4()), str(uuid4()), str(uuid4())


def change(*, creates=False, updates=False, label=None, base=None, trunk=None, branch="", **values) -> EntityChange:
    return EntityChange("/data/meta/entity", "households", ID, creates, updates, label, values, base, trunk, branch)


def create(**values) -> EntityChange:
    return change(creates=True, label="Hộ (mẫu)", **values)


def update(base, *, trunk=None, branch=BRANCH, **values) -> EntityChange:
    return change(updates=True, base=base, trunk=trunk, branch=branch, **values)


def after(*changes: EntityChange) -> EntityState:
    """Return an entity that went through *changes*, each of which must apply."""
    state = EntityState()
    for one in changes:
        made = decide(one, state)
        assert isinstance(made, NewVersion), one
        state = EntityState(made.version, made.label, made.values, (*state.past, _past(made)))
    return state


def _past(made: NewVersion) -> PastVersion:
    return PastVersion(made.version, made.changed, made.branch_id, made.branch_base_version)


@pytest.mark.parametrize(
    ("arriving", "state", "expected"),
    [
        (create(size="4"), after(), (1, Conflict.NONE, ())),
        (update(1, trunk=1, size="5"), after(create(size="4")), (2, Conflict.NONE, ())),
        (update(2, size="6"), after(create(size="4"), update(1, size="5")), (3, Conflict.NONE, ())),
        (update(1, trunk=1, branch=OTHER, size="6"), after(create(), update(1, size="5")), (3, Conflict.HARD, ())),
        (update(1, trunk=1, branch=OTHER, head="Y"), after(create(), update(1, size="5")), (3, Conflict.SOFT, ())),
        (update(1, trunk=1, branch=OTHER, size="5"), after(create(), update(1, size="5")), (3, Conflict.SOFT, ())),
        (
            update(2, branch=BRANCH, head="Y"),
            after(create(), update(1, size="5"), update(1, trunk=1, branch=OTHER, house="3")),
            (4, Conflict.SOFT, ()),
        ),
        (create(size="9"), after(create(size="4")), (2, Conflict.HARD, (EXISTS,))),
        (update(7, branch="", size="5"), after(create(size="4")), (2, Conflict.HARD, (BASE_UNKNOWN,))),
        (change(creates=True, updates=True, label="Hộ", size="5"), after(), (1, Conflict.NONE, ())),
    ],
)
def test_a_change_makes_the_next_version_with_its_conflict(arriving, state, expected):
    made = decide(arriving, state)
    assert isinstance(made, NewVersion)
    assert (made.version, made.conflict, made.remarks) == expected


@pytest.mark.parametrize(
    ("arriving", "state", "remark"),
    [
        (update(1, trunk=1, size="5"), EntityState(), UNKNOWN),
        (update(2, size="5"), EntityState(), UNKNOWN),
        (update(2, size="6"), after(create()), EARLIER_MISSING),
        (update(3, size="6"), after(create(), update(1, size="5")), EARLIER_MISSING),
        (update(4, trunk=4, size="6"), after(create()), EARLIER_MISSING),
    ],
)
def test_a_change_whose_base_is_not_here_waits_unless_it_is_forced(arriving, state, remark):
    assert decide(arriving, state) == Wait(remark)
    made = decide(arriving, state, forced=True)
    assert isinstance(made, NewVersion)
    assert made.version == state.version + 1
    assert made.values["size"] == arriving.values["size"]


NUMBERS = (None, 0, 1, 2, 3, 4)


@pytest.mark.parametrize("earlier", range(4))
def test_what_has_come_lets_go_of_the_very_changes_that_wait_no_longer(earlier):
    """It is asked of each waiting change in place of the change itself, which is dear to read."""
    steps = [create(), update(1, size="5"), update(2, size="6"), update(2, trunk=2, branch=OTHER, head_name="Y")]
    state, arrived = after(*steps[:earlier]), Arrived(after(*steps[:earlier]))
    for one in steps[earlier:]:
        made = decide(one, state)
        assert isinstance(made, NewVersion)
        state = EntityState(made.version, made.label, made.values, (*state.past, _past(made)))
        arrived.add(made)
        for base, trunk, branch in itertools.product(NUMBERS, NUMBERS, (BRANCH, OTHER, str(uuid4()))):
            waiting = update(base, trunk=trunk, branch=branch, size="9")
            assert arrived.lets_go(waiting) is not isinstance(decide(waiting, state), Wait), waiting
    assert arrived.lets_go(update(9, branch="")), "what was not noted is read"


def test_a_forced_link_is_the_base_of_the_next_of_its_branch():
    start = after(create())
    forced = decide(update(2, size="6"), start, forced=True)
    assert isinstance(forced, NewVersion)
    state = EntityState(forced.version, forced.label, forced.values, (*start.past, _past(forced)))
    made = decide(update(3, size="7"), state)
    assert isinstance(made, NewVersion)
    assert made.base_version == forced.version


def test_what_changes_nothing_makes_no_version_outside_a_branch():
    assert amended(after(create(size="4")), {"size": "4"}, label="Hộ (mẫu)", action=Action.IMPORT) is None
