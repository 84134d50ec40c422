"""Registers, numbers of units and the year before, as numerators and denominators of an indicator."""

import pytest

from server.indicators.periods import PeriodKind
from server.indicators.plan import Direction, Indicator, IndicatorUnit
from server.indicators.sources import PREVIOUS, parse_source
from server.operations.figure_sums import sums_of
from server.storage.repositories.figure_tables import Extent
from server.territory.units import Level
from tests.register_field import NEIGHBOUR, created, entity_id, household, register_field

pytestmark = pytest.mark.database

OLD_COMMUNE = "23500@2025-06-30"
NEW_COMMUNE = "23500"
OTHER_COMMUNE = "23425"
PROVINCE = "51"


@pytest.fixture
def beginning():
    return register_field


@pytest.fixture
def field(begun):
    return begun


def indicator(numerator: str, denominator: str, unit: IndicatorUnit = IndicatorUnit.PERCENT) -> Indicator:
    return Indicator(
        code="X",
        label_vi="Mẫu",
        label_en="Sample",
        definition_vi="",
        definition_en="",
        source="",
        numerator=parse_source(numerator),
        denominator=parse_source(denominator),
        unit=unit,
        direction=Direction.UP,
        level=Level.COMMUNE,
        period=PeriodKind.YEAR,
        note="",
    )


def summed(field, one: Indicator, year: int, place: str | None = NEW_COMMUNE) -> tuple[int, int]:
    """Return numerator and denominator for a unit, or everywhere."""
    services = field.services
    here, today = services.atlas.current(), services.today()
    unit_id = here.territory.resolve(place, today).unit_id if place else None
    extent = Extent(field.project_id, year, here.territory.frame_on(today).key, frozenset({unit_id} if unit_id else ()))
    with services.reading(services.operator()) as uow:
        sums = sums_of(uow, here, extent, one)
    return tuple(
        sums[unit_id, source].thousandths // 1000 if (unit_id, source) in sums else 0 for source in one.sources
    )


def test_a_register_counts_as_it_stood_at_the_end_of_the_year(field):
    one, two = entity_id(), entity_id()
    field.send(created(one))
    field.send(created(two, NEIGHBOUR))
    field.send(household(two, update=True, base=1, trunk=1, status="gone", visit_date="2027-03-01"))
    poor = indicator("register:households[poverty=poor]", "register:households")
    assert [summed(field, poor, year) for year in (2025, 2026, 2027)] == [(0, 0), (0, 2), (0, 1)]
    assert summed(field, poor, 2026, None) == (0, 2)


def test_the_year_before_is_the_numerators_own(field):
    for _ in range(3):
        field.send(created(entity_id()))
    change = indicator("register:households", str(PREVIOUS), IndicatorUnit.CHANGE)
    assert [summed(field, change, year) for year in (2026, 2027)] == [(3, 0), (3, 3)]


def test_units_of_a_level_are_counted_on_the_boundaries_asked_for(field):
    communes = indicator("register:households", "units:commune")
    territory, today = field.services.atlas.current().territory, field.services.today()
    number = len(territory.units_of_level(Level.COMMUNE, today))
    assert summed(field, communes, 2026, None)[1] == number
    assert summed(field, communes, 2026)[1] == 1


def type_totals(field, year, counts):
    """Keep household totals as a loaded file brings them: {unit code: (total, poor)}."""
    services = field.services
    territory, now = services.atlas.current().territory, services.now()
    with services.unit_of_work(services.operator()) as uow:
        import_id = uow.register_imports.add(
            {
                "project_id": field.project_id,
                "kind": "totals",
                "account_id": None,
                "unit_ids": [],
                "file_name": "mau.csv",
                "file_sha256": "0" * 64,
                "media_key": None,
                "as_of": services.today(),
                "source": "Rà soát hộ nghèo (mẫu)",
                "state": "done",
                "rows_total": len(counts),
                "rows_done": len(counts),
                "report": {},
                "batch_id": None,
                "created_at": now,
                "touched_at": now,
            }
        )
        rows = [
            {
                "project_id": field.project_id,
                "import_id": import_id,
                "year": year,
                "unit_id": territory.resolve(code, services.today()).unit_id,
                "version": 1,
                "total": total,
                "minority": None,
                "poor": poor,
                "near_poor": None,
                "given": ["total"] if poor is None else ["total", "poor"],
                "source": "Rà soát hộ nghèo (mẫu)",
                "is_current": True,
                "is_undone": False,
                "recorded_at": now,
            }
            for code, (total, poor) in counts.items()
        ]
        uow.household_totals.replace([], rows)


def below(field, denominator, year, *places):
    """Return the denominator and whether it was typed, for each unit and everywhere; None where there is nothing."""
    services = field.services
    here, today = services.atlas.current(), services.today()
    units = [here.territory.resolve(place, today).unit_id for place in places]
    extent = Extent(field.project_id, year, here.territory.frame_on(today).key, frozenset(units))
    one = indicator("units:village", denominator)
    with services.reading(services.operator()) as uow:
        sums = sums_of(uow, here, extent, one)
    found = [sums.get((place, one.denominator)) for place in (*units, None)]
    return [None if added is None else (added.thousandths // 1000, added.is_typed) for added in found]


def test_where_the_register_is_empty_the_typed_total_stands_in_and_says_so(field):
    type_totals(field, 2026, {NEW_COMMUNE: (1200, None), OTHER_COMMUNE: (900, 45)})
    field.send(created(entity_id()))
    assert below(field, "register:households", 2026, NEW_COMMUNE, OTHER_COMMUNE) == [
        (1, False),
        (900, True),
        (1, False),
    ]
    poor = "register:households[poverty=poor]"
    assert below(field, poor, 2026, NEW_COMMUNE, OTHER_COMMUNE) == [None, (45, True), None]
    assert below(field, "register:households[poverty=other]", 2026, OTHER_COMMUNE) == [None, None]
    assert below(field, "register:clubs", 2026, OTHER_COMMUNE) == [None, None]
    assert below(field, "register:households", 2025, OTHER_COMMUNE) == [None, None]


def test_the_whole_is_the_provinces_own_total_or_that_of_every_unit_and_never_of_some(field):
    type_totals(field, 2026, {NEW_COMMUNE: (1200, 80)})
    both = (NEW_COMMUNE, OTHER_COMMUNE)
    assert below(field, "register:households", 2026, *both) == [(1200, True), None, None]
    assert below(field, "register:households", 2026, NEW_COMMUNE) == [(1200, True), (1200, True)]
    type_totals(field, 2026, {PROVINCE: (143_561, 15_000)})
    assert below(field, "register:households", 2026, *both) == [(1200, True), None, (143_561, True)]
