// Small helps on top of pages that work without it: tick all, print. No state, no requests of its own.
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

// A form that was sent is not sent again by an impatient second press.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
