// A form that is filled in at the office: after every answer the server says what is asked by now, and this puts it in
// place. Whoever types is not disturbed: what was typed since the question to the server stays, and so does the focus.
"use strict";

(() => {
  const TYPED = "hx-morph-skip"; // htmx leaves such an element as it is
  const asked = () => document.getElementById("asked");
  const questions = () => [...asked().querySelectorAll(".question")];
  const firstField = (part) => part?.querySelector("input:not([type=hidden]):checked, input:not([type=hidden]), select, textarea");
  let place = null; // where the focus stood before something was put in place

  document.addEventListener("input", (event) => event.target.closest("#asked .question")?.setAttribute(TYPED, ""));

  document.addEventListener("htmx:config:request", (event) => {
    for (const one of questions()) one.removeAttribute(TYPED);
    event.detail.ctx.request.body.set("shown", [asked(), ...questions()].map((one) => one.dataset.mark).join(" "));
  });

  // Anything but an answer (no line, signed out, changed by somebody else) leaves the page as it is, and says so.
  const tell = (isUnchecked) => {
    for (const one of document.querySelectorAll(".unchecked")) one.hidden = !isUnchecked;
  };
  document.addEventListener("htmx:before:response", (event) => {
    const { status, raw } = event.detail.ctx.response;
    const isAnswer = status === 200 && !raw.redirected;
    tell(!isAnswer);
    if (!isAnswer) event.preventDefault();
  });
  document.addEventListener("htmx:error", (event) => tell(event.detail.error?.name !== "AbortError"));

  // A question that is to go while something is typed into it stays until that is sent, too.
  document.addEventListener("htmx:before:swap", (event) => {
    const typed = questions().filter((one) => one.hasAttribute(TYPED));
    const whole = event.detail.tasks.find((one) => one.fragment.getElementById("asked"))?.fragment;
    if (whole && typed.some((one) => !whole.getElementById(one.id))) return event.preventDefault();
    const here = document.activeElement.closest("#asked .question");
    const all = questions();
    place = here && { field: document.activeElement, after: all.slice(all.indexOf(here)).map((one) => one.id) };
  });

  document.addEventListener("htmx:after:swap", (event) => {
    for (const one of questions()) if (!one.hasAttribute(TYPED)) showAnswer(one);
    const button = event.detail.ctx.sourceElement;
    if (button.name === "adds") {
      firstField([...button.parentElement.querySelectorAll(":scope > .instance")].pop())?.focus();
    } else if (place && !place.field.isConnected) {
      firstField(place.after.map((id) => document.getElementById(id)).find((one) => one))?.focus();
    }
    place = null;
  });

  // A field that was touched no longer follows its attributes; the server's word on it is theirs.
  const showAnswer = (question) => {
    for (const one of question.querySelectorAll("input[type=radio], input[type=checkbox]")) {
      if (one.checked !== one.defaultChecked) one.checked = one.defaultChecked;
    }
    for (const one of question.querySelectorAll("option")) {
      if (one.defaultSelected && !one.selected) one.selected = true;
    }
    for (const one of question.querySelectorAll("input:not([type=radio], [type=checkbox], [type=hidden]), textarea")) {
      if (one !== document.activeElement && one.value !== one.defaultValue) one.value = one.defaultValue;
    }
  };
})();

// Sheets of paper are typed in without the mouse: Enter goes on to the next question, Ctrl+Enter keeps the sheet.
document.addEventListener("keydown", (event) => {
  const form = event.key === "Enter" && event.target.form;
  if (!form || !("enterNext" in form.dataset)) return;
  if (event.ctrlKey) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-save]"));
    return;
  }
  if (!event.target.matches("input, select")) return;
  event.preventDefault();
  const here = event.target;
  const others = [...form.elements].filter((one) => one.tabIndex >= 0 && one.type !== "hidden" && one.offsetParent);
  const next = others.slice(others.indexOf(here) + 1).find((one) => one.name !== here.name);
  if (next) next.focus();
});
