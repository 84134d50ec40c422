"""Random weeks in the life of a register: people work offline, send when they can, in any order, some of it twice."""

import random

from tests.journeys.registers_model import LEFT
from tests.journeys.registers_world import Person, World

YEAR = "2026"


class History:
    """One history of a world; the same seed gives the same one."""

    def __init__(self, world: World, seed: int, *, villages: list[str]) -> None:
        self._world = world
        self._chance = random.Random(seed)
        self._villages = villages
        self._made = 0
        self._decisions: list[tuple[str, str]] = []

    def settle(self, households: int) -> None:
        """Let everybody make households, send them and see them in the list."""
        for number in range(households):
            person = self._world.people[number % len(self._world.people)]
            person.phone.make(self._answers_of_new(person))
        for person in self._world.people:
            for filled in list(person.phone.outbox):
                self._world.deliver(person, filled)
        for person in self._world.people:
            self._world.sync(person)

    def live(self, days: int, *, busy: int) -> None:
        """Let days pass; each day everybody fills at most *busy* forms and has the network on about every third."""
        for _ in range(days):
            for person in self._chance.sample(self._world.people, len(self._world.people)):
                for _ in range(self._chance.randrange(busy + 1)):
                    self._work(person)
                if self._chance.random() < 0.4:
                    self._send_some(person)
                if self._chance.random() < 0.35:
                    self._world.sync(person)
            self._review()
            if self._chance.random() < 0.1:
                person = self._chance.choice(self._world.people)
                self._world.move(person, set(self._chance.sample(self._villages, len(person.villages))))
            self._world.pass_time(hours=24, seconds=self._chance.randrange(1, 3600))

    def come_home(self) -> None:
        """Let everything arrive, what waits in vain be forced, and every phone look once more."""
        for person in self._world.people:
            for filled in self._chance.sample(person.phone.outbox, len(person.phone.outbox)):
                self._world.deliver(person, filled)
        self._world.pass_time(days=5, hours=1)
        for person in self._world.people:
            self._world.sync(person)

    def _work(self, person: Person) -> None:
        homes = person.phone.homes
        chance = self._chance.random()
        if chance < 0.25 or not homes:
            person.phone.make(self._answers_of_new(person))
        elif chance < 0.9:
            # Most work is done on few households, so that chains grow long and people meet.
            for _ in range(self._chance.choice([1, 1, 2, 3])):
                person.phone.change(self._chance.choice(sorted(homes)[:8]), self._answers_of_change())
        else:
            self._edit_something(person)

    def _edit_something(self, person: Person) -> None:
        if not person.phone.acknowledged:
            return
        sent = self._chance.choice(person.phone.acknowledged[-20:])
        is_whole = sent.said.updates or self._world.register.made_it(sent.said.instance_id)
        if is_whole and self._chance.random() < 0.3:
            person.phone.edit(sent, {})
        elif sent.answers:
            person.phone.edit(sent, sent.answers | {"size": str(self._chance.randrange(1, 12))})

    def _review(self) -> None:
        """Reject some record of late, now and then, and take a rejection back on the same day: later is too late."""
        newest = [one.said.instance_id for person in self._world.people for one in person.phone.acknowledged[-8:]]
        if newest and self._chance.random() < 0.4:
            chosen = self._chance.choice(newest)
            batch_id = self._world.reject(chosen)
            self._decisions += [] if batch_id is None else [(chosen, batch_id)]
        if self._decisions and self._chance.random() < 0.5:
            self._world.take_back(*self._decisions.pop())
        self._decisions.clear()

    def _send_some(self, person: Person) -> None:
        # One in ten stays in the phone to the very end, so that what was built on it waits in vain.
        waiting = [one for one in person.phone.outbox if int(one.said.instance_id[-2:], 16) > 25]
        for filled in self._chance.sample(waiting, self._chance.randrange(len(waiting) + 1)):
            chance = self._chance.random()
            self._world.deliver(person, filled, is_told=chance > 0.15)
            if chance > 0.9:
                person.phone.post(filled)

    def _answers_of_new(self, person: Person) -> dict[str, str]:
        self._made += 1
        return {"head": f"Hộ mẫu {self._made}", "village": self._chance.choice(sorted(person.villages)), "size": "4"}

    def _answers_of_change(self) -> dict[str, str]:
        possible = {
            "head": f"Chủ hộ mẫu {self._chance.randrange(1000)}",
            "size": str(self._chance.randrange(1, 12)),
            "note": self._chance.choice(["", "nhà mới", "xa; hẻo lánh", 'có "cổng", lớn']),
            "year": YEAR,
        }
        told = {name: possible[name] for name in possible if self._chance.random() < 0.5}
        if self._chance.random() < 0.08:
            told["village"] = self._chance.choice(self._villages)
        if self._chance.random() < 0.06:
            told["status"] = self._chance.choice([*sorted(LEFT), "active"])
        return told or {"size": "3"}
