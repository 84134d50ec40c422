"""The hands of somebody at the console, whose clicks are counted, and what the database kept of what they did."""

from __future__ import annotations

from console_world import PASSWORD
from sqlalchemy import text

WATCHED = """
window.printed = 0; window.print = () => { window.printed += 1; };
window.mice = 0; document.addEventListener("mousedown", () => { window.mice += 1; }, true);
"""
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


class Hand:
    """Somebody signed in at a browser of an office: every click and key is counted, every page met is kept."""

    def __init__(self, browser, address, login, *, elevated=False, width=1280):
        self.page = browser.new_page(base_url=address, viewport={"width": width, "height": 800}, accept_downloads=True)
        self.page.set_default_timeout(20_000)
        self.page.add_init_script(WATCHED)
        self.alarms, self.met, self._clicks, self._keys = [], [], 0, 0
        self.page.on("console", lambda line: self.alarms.append(line.text) if line.type == "error" else None)
        self.page.on("pageerror", lambda fault: self.alarms.append(str(fault)))
        self.page.on("domcontentloaded", lambda page: self.met.append(page.url))
        self.open("/sign-in")
        self.page.fill("input[name=login]", login)
        self._confirm()
        if elevated:
            self.open("/second-step")
            self._confirm()

    def _confirm(self):
        self.page.fill("input[name=password]", PASSWORD)
        self.go("main button")

    def open(self, where):
        """Begin a task on that page."""
        self.page.goto(where)
        self.met.append(self.page.content())
        self._clicks = self._keys = 0

    def click(self, what):
        self._clicks += 1
        self.page.click(what)

    def go(self, what):
        """Click something that leads to another page."""
        with self.page.expect_event("load"):  # another document, not another address of this one
            self.click(what)
        self.met.append(self.page.content())

    def press(self, *keys):
        """Press keys one after another; nothing of it is done by mouse."""
        for key in keys:
            self._keys += 1
            self.page.keyboard.press(key)
        assert self.page.evaluate("window.mice") == 0

    def turn(self, key):
        """Press a key that leads to another page."""
        self._keys += 1
        with self.page.expect_event("load"):  # another document, not another address of this one
            self.page.keyboard.press(key)
        self.met.append(self.page.content())

    @property
    def overflows(self):
        """Whether anything on the page has to be dragged sideways."""
        return self.page.evaluate(WIDER)

    def words(self, what="main"):
        return self.page.inner_text(what)

    @property
    def clicks(self):
        """How many there were since last asked."""
        clicks, self._clicks = self._clicks, 0
        return clicks

    @property
    def keys(self):
        """How many there were since last asked; words that are typed are no keys."""
        keys, self._keys = self._keys, 0
        return keys


class Kept:
    """What the database says of what was done."""

    def __init__(self, world):
        self._engine = world.services.engine

    def rows(self, question, **given):
        with self._engine.connect() as connection:
            return [tuple(one) for one in connection.execute(text(question), given)]

    def deeds(self, login, kind):
        """Return the deeds of somebody: thing, whether they are of cases, batch."""
        told = "SELECT thing_id, d.is_sensitive, batch_id FROM deed AS d JOIN account AS a ON a.id = account_id"
        return self.rows(f"{told} WHERE login = :login AND kind = :kind ORDER BY d.id", login=login, kind=kind)

    def states(self, *records):
        listed = ", ".join(str(int(one)) for one in records)
        return {state for (state,) in self.rows(f"SELECT review_state FROM submission WHERE id IN ({listed})")}
