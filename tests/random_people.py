"""People with whatever posts chance gives them, and the table of what each may read, written down by hand.

Chance is seeded: the same number draws the same people. The table is the design's, in plain words of the marked
province; nothing here asks the server.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from console_world import PASSWORD, PROVINCE
from sqlalchemy import update

from server.access.roles import Role
from server.operations.add_account import NewAccount, NewPost, add_account, post_rows
from server.operations.add_collaborator import NewCollaborator, add_collaborator
from server.storage.models.people import CollaboratorPostRow
from tests.marks import COMMUNES, OLD_DISTRICT, UNITS, VILLAGES, Kind, lies_in

ROLES = (Role.SUPERVISOR, Role.ANALYST, Role.INCIDENT_OFFICER, Role.ADMINISTRATOR)
ENDS = {"open": (None, None), "held": (-30, 30), "last day": (-30, 0), "first day": (0, None)}
OVER = {"ended": (-30, -1), "to come": (1, None)}
PERIODS = ENDS | OVER


@dataclass(frozen=True)
class Holding:
    """A post: in which role, over what, when; *deputed*: in whose stead."""

    role: Role
    unit: str
    period: str
    deputed: str = ""

    @property
    def is_held(self):
        return self.period not in OVER


@dataclass(frozen=True)
class Person:
    """Somebody with an account."""

    login: str
    mark: str
    holdings: tuple[Holding, ...]
    account_id: int = 0

    def has(self, *roles, place=None):
        """Tell whether a post in one of the roles is held today, over *place* if it is said."""
        return any(
            one.is_held and one.role in roles and (place is None or _covers(one.unit, place)) for one in self.holdings
        )

    @property
    def is_officer(self):
        return self.has(Role.INCIDENT_OFFICER)

    def may_read(self, mark, people):
        """Tell whether a word may be shown to them on the pages of everyday work or of incidents."""
        if mark.kind in (Kind.OWN, Kind.ACCOUNT) and mark.place == self.login:
            return True
        if mark.kind is Kind.ACCOUNT:
            return self._knows_of(mark.place, people)
        return MAY_READ[mark.kind](self, mark.place)

    def has_staff(self, place):
        """Staff is for supervisors of a commune or more: of what lies below, and of the province above."""
        posts = [one.unit for one in self.holdings if one.is_held and one.role is Role.SUPERVISOR]
        return any(one not in VILLAGES and (_covers(one, place) or place == PROVINCE) for one in posts)

    def signs(self, commune):
        """Words of a report are drafted and read by who signs: the supervisor of that very commune."""
        return any(one.is_held and (one.role, one.unit) == (Role.SUPERVISOR, commune) for one in self.holdings)

    def _knows_of(self, login, people):
        """Tell whether they administer a post of somebody, or one that is filled in that person's stead."""
        other, deputies = people[login], deputies_of(login, people)
        if self.login in deputies:
            return True
        filled = [one for person in deputies.values() for one in person.holdings if one.deputed == login]
        if any(self._is_shown(one) for one in (*other.holdings, *filled)):
            return True
        is_alone = all(one.period == "ended" or one.role is Role.INCIDENT_OFFICER for one in other.holdings)
        return is_alone and self.has(Role.ADMINISTRATOR, place=PROVINCE)

    def _is_shown(self, holding):
        is_open = holding.role is not Role.INCIDENT_OFFICER or self.has(Role.INCIDENT_OFFICER, place=holding.unit)
        return holding.period != "ended" and is_open and self.has(Role.ADMINISTRATOR, place=holding.unit)

    def worked_near(self, other, *roles, as_any=ROLES):
        """Tell whether a post of the other's ever overlapped one of theirs: what was done there, the history tells."""
        return any(
            mine.is_held and mine.role in roles and theirs.role in as_any
            and any(_covers(mine.unit, one) and _covers(theirs.unit, one) for one in UNITS)
            for mine in self.holdings for theirs in other.holdings
        )  # fmt: skip


def deputies_of(login, people):
    """Return who fills a post in somebody's stead, or did."""
    return {key: one for key, one in people.items() if any(post.deputed == login for post in one.holdings)}


def _covers(unit, place):
    if place == OLD_DISTRICT:  # the province came after all that lay in it
        return unit in (place, PROVINCE)
    return lies_in(place, unit) or unit == place == PROVINCE


def _below(*roles):
    return lambda person, place: person.has(*roles, place=place)


MAY_READ = {
    **dict.fromkeys((Kind.RECORD, Kind.HELD, Kind.HOUSEHOLD, Kind.CLUB), _below(Role.SUPERVISOR)),
    **dict.fromkeys((Kind.LOAD, Kind.PERSON), _below(Role.SUPERVISOR, Role.ADMINISTRATOR)),
    Kind.STAFF: lambda person, place: person.has_staff(place),
    Kind.WORDS: lambda person, place: person.signs(place),
    **dict.fromkeys((Kind.OWN, Kind.SHUT), lambda *_: False),
    Kind.FIGURE: lambda person, _: person.has(Role.SUPERVISOR, Role.ANALYST),
    Kind.INCIDENT: _below(Role.INCIDENT_OFFICER),
    Kind.OFFICER: lambda person, place: (
        person.has(Role.INCIDENT_OFFICER, place=place) or person.has(Role.ADMINISTRATOR, place=PROVINCE)
    ),
}
"""Who may read what lies where, accounts apart."""


def draw(seed, number):
    """Return what *number* people by chance hold: mostly one post or two, some none that counts."""
    chance = Random(seed)
    people = []
    for one in range(number):
        login = f"ai.do.{one}"
        posts = []
        for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 3, 4))):
            deputed = chance.choice(people).login if people and chance.random() < 0.2 else ""
            period = chance.choice(tuple(PERIODS) if not deputed else ("held", "last day", "ended"))
            posts.append(Holding(chance.choice(ROLES + ROLES[:1]), chance.choice(UNITS), period, deputed))
        people.append(Person(login, "", tuple(posts)))
    return people


def _holdings(unit, *roles):
    return tuple(Holding(one, unit, "open") for one in roles)


BASE = {
    one.login: one
    for one in (
        Person("duyet.mau", "", _holdings(PROVINCE, Role.SUPERVISOR), 1),
        Person("xa", "", _holdings(COMMUNES[0], Role.SUPERVISOR, Role.INCIDENT_OFFICER), 2),
        Person("xa.khac", "", _holdings(COMMUNES[1], Role.SUPERVISOR, Role.INCIDENT_OFFICER), 3),
        Person("tinh", "", _holdings(PROVINCE, Role.SUPERVISOR, Role.INCIDENT_OFFICER), 4),
        Person("doc", "", _holdings(PROVINCE, Role.ANALYST), 5),
        Person("quan.tri", "", _holdings(PROVINCE, Role.ADMINISTRATOR), 6),
    )
}
"""Who is there already; nobody walks as one of them."""
WATCHERS = tuple(Person(f"tat.ca.{one}", "", _holdings(one, *ROLES)) for one in (PROVINCE, *COMMUNES))
"""Between them they may read all there is: what none of them is shown stands on no page."""


def settle(marked, people):
    """Make their accounts; return them by login."""
    services = marked.world.services
    made = {}
    for one in BASE.values():
        marked.note("accounts", Kind.ACCOUNT, one.login, one.account_id)
    for one in people:
        mark = marked.mark(Kind.ACCOUNT, one.login, "tên")
        name = f"Người {mark}"
        account = add_account(services, NewAccount(one.login, name, (), PASSWORD, is_sample=True)).account_id
        made[one.login] = Person(one.login, mark, one.holdings, account)
        rows = [row for post in one.holdings for row in _rows(services, post, made)]
        with services.unit_of_work(services.operator()) as uow:
            uow.accounts.add_posts(account, rows)
            uow.saved_views.add(account, marked.mark(Kind.OWN, one.login, "danh sách"), "state=all", services.now())
        marked.note("accounts", Kind.ACCOUNT, one.login, account)
    return made


def _days(services, period):
    return tuple(None if one is None else services.today() + timedelta(days=one) for one in PERIODS[period])


def _rows(services, post, made):
    days = _days(services, post.period)
    deputed = made[post.deputed].account_id if post.deputed else None
    rows = post_rows(services, NewPost(post.role, (post.unit,), *days))
    return [row | {"stands_in_for_id": deputed} for row in rows]


@dataclass(frozen=True)
class Phone:
    """A collaborator's phone: in which of the three projects, her posts, the key it asks with."""

    project: int
    holdings: tuple[Holding, ...]
    key: str = ""

    def may_carry(self, mark):
        """Tell whether a word may travel to it: her villages' households, her communes' clubs, staff to officers."""
        posts = [one.unit for one in self.holdings if one.is_held] if self.project == 0 else []
        match mark.kind:
            case Kind.HOUSEHOLD:
                return any(_covers(one, mark.place) for one in posts)
            case Kind.CLUB:
                return any(_covers(one, mark.place) or one[:5] == mark.place[:5] for one in posts)
            case Kind.STAFF:
                return any("-" not in one and (_covers(one, mark.place) or mark.place == PROVINCE) for one in posts)
        return False


def draw_phones(seed, number):
    """Return *number* phones by chance, and one of somebody who works everywhere."""
    chance = Random(seed)
    yield Phone(0, _holdings(PROVINCE, Role.COLLABORATOR))
    for _ in range(number):
        posts = {chance.choice(UNITS[:-1]): chance.choice(tuple(PERIODS)) for _ in range(chance.choice((1, 1, 2, 3)))}
        holdings = tuple(Holding(Role.COLLABORATOR, unit, period) for unit, period in posts.items())
        yield Phone(chance.choice((0, 0, 0, 1, 2)), holdings)


def enrol(marked, phone):
    """Return the phone with its key."""
    services, world = marked.world.services, marked.world
    project_id = (world.project_id, world.practice_id, world.separate_id)[phone.project]
    units = tuple(one.unit for one in phone.holdings)
    made = add_collaborator(services, NewCollaborator(project_id, "Người mẫu", units))
    rows = CollaboratorPostRow
    with services.engine.begin() as connection:
        for one in phone.holdings:
            days = _days(services, one.period)
            hers = rows.collaborator_id == made.collaborator_id, rows.unit_id == world.unit(one.unit)
            connection.execute(update(rows).where(*hers).values(valid_from=days[0], valid_to=days[1]))
    return Phone(phone.project, phone.holdings, made.token)
