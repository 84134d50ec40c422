// Small helps on top of pages that work without it: tick all, print, copy, keys. No state, no requests of its own.
"use strict";

document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-ticks]");
  if (!all) return;
  const boxes = all.form.querySelectorAll(`input[type=checkbox][name="${all.dataset.ticks}"]`);
  for (const box of boxes) box.checked = all.checked;
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// A key that stands on a button presses it, unless somebody is writing or the browser is meant.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const pressed = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!pressed) return;
  event.preventDefault();
  pressed.click();
  const typed = pressed.parentElement.querySelector("details[open] > form textarea, form textarea");
  if (pressed.tagName === "SUMMARY" && typed) typed.focus();
});

// A list is gone through by keys: j and k or the arrows move from record to record, x ticks one, Enter opens it.
document.addEventListener("keydown", (event) => {
  const list = document.querySelector("[data-walk]");
  if (!list || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, button, summary, [contenteditable]")) return;
  const links = [...list.querySelectorAll("li.record > a, #following > a")];
  const here = links.indexOf(document.activeElement.closest("li")?.querySelector(":scope > a"));
  const steps = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };
  if (event.key in steps) {
    if (event.key.startsWith("Arrow") && here < 0) return;
    const next = links[Math.min(links.length - 1, Math.max(0, here + steps[event.key]))];
    event.preventDefault();
    if (next) next.focus();
  } else if (event.key === "x" && here >= 0) {
    const box = links[here].parentElement.querySelector("input[type=checkbox]");
    if (box) box.click();
  }
});

// What leads from a list to one of its records leaves the list where it was: the browser's own way back ends there too.
document.addEventListener("click", ({ target }) => {
  const link = target.closest(".records > li.record > a[id]");
  if (!link) return;
  history.scrollRestoration = "manual"; // how far down is no measure: the pages before this one are not there then
  history.replaceState(history.state, "", `${location.pathname}${link.search}#${link.id}`);
});
if (history.scrollRestoration === "manual") document.getElementById(location.hash.slice(1))?.focus();

// Over plain http, as in an office's own network, a browser gives pages no clipboard: then by way of a field.
const copy = async (text) => {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
};

// Copies a text to paste into a message; says so in the button itself.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await copy(button.dataset.copy);
  button.textContent = `✓ ${button.textContent.replace("✓ ", "")}`;
});

// What was written to send a record back is not left behind unsaid: the first press elsewhere tells of it.
const tellUnsent = (event) => {
  const told = document.querySelector("[data-unsent][hidden]");
  const written = [...document.querySelectorAll("textarea")].some((one) => one.form?.id === "sending-back" && one.value.trim());
  if (!told || !written) return;
  event.preventDefault();
  told.hidden = false;
};
document.addEventListener("submit", (event) => {
  if (event.target.closest(".decide") && event.target.id !== "sending-back") tellUnsent(event);
});
document.addEventListener("click", (event) => {
  if (event.target.closest(".decide a")) tellUnsent(event);
});

// A form that was sent is not sent again by an impatient second press.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post" || event.defaultPrevented) return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// A field for a day shows it as the browser's language has it; beside it stands what was chosen as people here write it.
const sayDay = (field) => {
  const beside = field.nextElementSibling;
  const isThere = beside?.classList.contains("day-said");
  const said = isThere ? beside : document.createElement("output");
  said.className = "quiet day-said";
  said.textContent = field.value.split("-").reverse().join("/");
  if (!isThere) field.after(said);
};
const sayDays = () => document.querySelectorAll("input[type=date]").forEach(sayDay);
document.addEventListener("input", (event) => {
  if (event.target.type === "date") sayDay(event.target);
});

// A day typed as eight digits is written out at once.
document.addEventListener("change", ({ target }) => {
  if (!target.matches("input[data-day]")) return;
  target.value = target.value.trim().replace(/^(\d\d)\D?(\d\d)\D?(\d{4})$/, "$1/$2/$3");
}, true);

// Beside a field into which a day is typed stands a way to a calendar, for whoever has a mouse or a finger at hand.
const showCalendar = (field) => {
  const calendar = document.createElement("input");
  calendar.type = "date";
  calendar.className = "calendar";
  calendar.tabIndex = -1;
  const typed = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(field.value);
  if (typed) calendar.value = `${typed[3]}-${typed[2]}-${typed[1]}`;
  calendar.addEventListener("change", () => {
    field.value = calendar.value.split("-").reverse().join("/");
    field.focus();
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  });
  calendar.addEventListener("blur", () => calendar.remove());
  field.after(calendar);
  calendar.focus();
  calendar.showPicker();
};
const offerCalendars = () => {
  for (const field of document.querySelectorAll("input[data-day]")) {
    if (field.nextElementSibling?.matches("button")) continue;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "pick secondary outline small", tabIndex: -1, title: field.dataset.day });
    button.setAttribute("aria-hidden", "true");
    button.textContent = "▾";
    button.addEventListener("click", () => showCalendar(field));
    field.after(button);
  }
};
for (const show of [sayDays, offerCalendars]) {
  document.addEventListener("htmx:after:swap", show);
  show();
}
