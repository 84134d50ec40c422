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

// Copies a text to paste into a message; says so in the button itself.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.textContent = `✓ ${button.textContent.replace("✓ ", "")}`;
});

// A form that was sent is not sent again by an impatient second press.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
