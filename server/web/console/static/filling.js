// A form that is filled in at the office: after every answer the server says what is asked by now, and this puts it in
// place. Whoever types is not disturbed: what was typed since the question to the server stays, and so does the focus.
"use strict";

// Of boxes that belong together the one to stand on is the chosen one.
const firstField = (part) => {
  const fields = "input:not([type=hidden]), select, textarea";
  return part?.querySelector("input[type=radio]:checked") ?? part?.querySelector(fields);
};
const questionOf = (field) => field?.closest("#asked .question");
const firstFieldOf = (questions) => [...questions].map(firstField).find((one) => one);

// What stands on the page: from an answer given to the server's word on it the page is behind.
const page = {
  changes: 0,
  sent: 0,
  isBehind: () => page.changes > page.sent,
  whenUpToDate: () => {},
};

(() => {
  const TYPED = "hx-morph-skip"; // htmx leaves such an element as it is
  const asked = () => document.getElementById("asked");
  const questions = () => [...asked().querySelectorAll(".question")];
  let adding = false; // a part is on its way in or out: what was typed before went with that
  let isOwed = false;
  let place = null; // where the focus stood before something was put in place

  document.addEventListener("input", (event) => questionOf(event.target)?.setAttribute(TYPED, ""));
  document.addEventListener("change", (event) => {
    if (questionOf(event.target) || event.target.id === "sheet-day") page.changes += 1;
  });

  document.addEventListener("htmx:config:request", (event) => {
    const isPart = event.detail.ctx.sourceElement.matches("button");
    if (adding && !isPart) {
      isOwed = true;
      return event.preventDefault();
    }
    adding = isPart;
    event.detail.ctx.changes = page.changes;
    for (const one of questions()) one.removeAttribute(TYPED);
    event.detail.ctx.request.body.set("shown", [asked(), ...questions()].map((one) => one.dataset.mark).join(" "));
  });

  const isThere = () => {
    adding = false;
    if (isOwed) asked().dispatchEvent(new Event("change"));
    isOwed = false;
  };
  document.addEventListener("htmx:finally:swap", isThere);

  // Anything but an answer (no line, signed out, changed by somebody else) leaves the page as it is, and says so.
  const tell = (isUnchecked) => {
    for (const one of document.querySelectorAll(".unchecked")) one.hidden = !isUnchecked;
    if (!isUnchecked) return;
    page.sent = page.changes;
    page.whenUpToDate();
    isThere();
  };
  document.addEventListener("htmx:before:response", (event) => {
    const { status, raw } = event.detail.ctx.response;
    const isAnswer = status === 200 && !raw.redirected;
    tell(!isAnswer);
    if (!isAnswer) event.preventDefault();
  });
  document.addEventListener("htmx:error", (event) => {
    if (event.detail.error?.name !== "AbortError") tell(true);
  });

  // A question that is to go while something is typed into it stays until that is sent, too.
  document.addEventListener("htmx:before:swap", (event) => {
    const typed = questions().filter((one) => one.hasAttribute(TYPED));
    const whole = event.detail.tasks.find((one) => one.fragment.getElementById("asked"))?.fragment;
    if (whole && typed.some((one) => !whole.getElementById(one.id))) return event.preventDefault();
    const here = questionOf(document.activeElement);
    const all = questions();
    place = here && { field: document.activeElement, after: all.slice(all.indexOf(here)).map((one) => one.id) };
  });

  document.addEventListener("htmx:after:swap", (event) => {
    for (const one of questions()) if (!one.hasAttribute(TYPED)) showAnswer(one);
    const button = event.detail.ctx.sourceElement;
    if (button.name === "adds") {
      const added = [...button.parentElement.querySelectorAll(":scope > .instance")].pop();
      firstFieldOf(added?.querySelectorAll(".question") ?? [])?.focus();
    } else if (button.name === "drops" && document.activeElement === document.body) {
      document.querySelector(`button[name=adds][value="${button.value.replace(/\[\d+\]$/, "")}"]`)?.focus();
    } else if (place && !place.field.isConnected) {
      firstField(place.after.map((id) => document.getElementById(id)).find((one) => one))?.focus();
    }
    place = null;
    page.sent = Math.max(page.sent, event.detail.ctx.changes);
    if (!page.isBehind()) page.whenUpToDate();
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

// What is wrong is listed with the way to its question: there one goes on typing.
document.addEventListener("click", (event) => {
  const link = event.target.closest('.filling a[href^="#/"]');
  const field = link && firstField(document.getElementById(decodeURIComponent(link.hash.slice(1))));
  if (!field) return;
  event.preventDefault();
  field.focus();
  questionOf(field).scrollIntoView({ block: "center" });
});

// Sheets of paper are typed in without the mouse: Enter goes on to the next question, Ctrl+Enter keeps the sheet, a
// digit chooses the answer it stands beside, 0 none; in a long list the beginning of any word chooses, without accents.
// Where several may be ticked, the digits typed are all that is: what a register or the form itself ticked goes.
(() => {
  const CHOICE = "input[type=radio], input[type=checkbox]";
  const typed = new Map(); // by question, what was typed to choose by
  const late = new Set(); // where that was while the choices of before stood there
  let isTicking = false; // boxes change by what is typed
  let saving = null; // the form that is kept as soon as these are chosen

  const formOf = (event) => {
    const form = event.target.form;
    return form && "enterNext" in form.dataset && !event.altKey && !event.metaKey ? form : null;
  };
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();

  document.addEventListener("keydown", (event) => {
    const form = event.key === "Enter" && formOf(event);
    if (!form) return;
    if (event.ctrlKey) {
      event.preventDefault();
      saving = form;
      if (!late.size) save();
    } else if (event.target.matches("input, select")) {
      event.preventDefault();
      goOn(form, event.target);
    }
  });

  const save = () => {
    saving?.requestSubmit(saving.querySelector("[data-save]"));
    saving = null;
  };

  const goOn = (form, here) => {
    const others = [...form.elements].filter((one) => one.tabIndex >= 0 && one.type !== "hidden" && one.offsetParent);
    // Whoever holds Enter down takes nothing out.
    const isOther = (one) => one.name !== here.name || one.closest(".ordered");
    const next = others.slice(others.indexOf(here) + 1).find((one) => isOther(one) && one.name !== "drops");
    if (!next) return;
    const question = questionOf(next);
    ((next.type === "radio" && firstField(question)) || next).focus();
    question?.scrollIntoView({ block: "center" });
  };

  document.addEventListener("keydown", (event) => {
    const question = formOf(event) && !event.ctrlKey && questionOf(event.target);
    if (!question || !event.target.matches(`select, ${CHOICE}`) || event.target.closest(".ordered")) return;
    const isErased = event.key === "Backspace";
    const isOfList = event.target.matches("select") || (event.target.type === "radio" && page.isBehind());
    const isTyped = event.key.length === 1 && (/[0-9]/.test(event.key) || (isOfList && (event.key !== " " || typed.get(question.id))));
    if (!isTyped && !isErased) return;
    event.preventDefault();
    const before = typed.get(question.id) ?? "";
    if (isErased && !before && event.target.type === "checkbox") return;
    typed.set(question.id, isErased ? before.slice(0, -1) : before + event.key);
    // A box that stands there is the one that is meant; a list may still become another.
    if ((!choose(question) || event.target.matches("select")) && page.isBehind()) late.add(question.id);
  });

  document.addEventListener("focusout", (event) => {
    const question = questionOf(event.target);
    if (question && !question.contains(event.relatedTarget) && !late.has(question.id)) typed.delete(question.id);
  });

  page.whenUpToDate = () => {
    const waiting = [...late].map((id) => document.getElementById(id));
    late.clear();
    for (const question of waiting.filter((one) => one && typed.get(one.id))) {
      choose(question);
      if (!question.contains(document.activeElement)) typed.delete(question.id);
    }
    save();
  };

  const choose = (question) => {
    const list = question.querySelector("select");
    if (list) return chooseFrom(list, plain(typed.get(question.id)));
    const digit = typed.get(question.id).slice(-1);
    const boxes = [...question.querySelectorAll(CHOICE)];
    if (boxes.some((one) => one.type === "checkbox")) return tick(boxes, typed.get(question.id));
    const box = digit === "0" ? boxes.find((one) => !one.value) : boxes.filter((one) => one.value)[digit - 1];
    if (!box) return false;
    if (question.contains(document.activeElement)) box.focus();
    if (!box.checked) box.click();
    return true;
  };

  // A digit typed twice is taken back; boxes past the ninth have no digit and stay.
  const tick = (boxes, text) => {
    const digits = [...text].filter((one) => one >= "0" && one <= "9");
    if (text && !digits.length) return false;
    const counted = digits.slice(digits.lastIndexOf("0") + 1);
    const isMeant = (place) => counted.filter((one) => Number(one) === place + 1).length % 2 === 1;
    isTicking = true;
    boxes.slice(0, 9).forEach((box, place) => box.checked !== isMeant(place) && box.click());
    isTicking = false;
    const last = boxes[counted.at(-1) - 1];
    if (last && questionOf(last).contains(document.activeElement)) last.focus();
    return Boolean(last) || !counted.length;
  };

  // What was ticked by hand is as good as typed.
  document.addEventListener("input", (event) => {
    const question = !isTicking && event.target.matches("input[type=checkbox]") && questionOf(event.target);
    if (!question || !formOf(event)) return;
    const boxes = [...question.querySelectorAll("input[type=checkbox]")].slice(0, 9);
    typed.set(question.id, boxes.map((one, place) => (one.checked ? place + 1 : "")).join(""));
  });

  const chooseFrom = (list, words) => {
    const options = [...list.options].filter((one) => one.value).map((one) => [one, ` ${plain(one.text)} `]);
    const whole = options.find(([, text]) => text.replace(/[^\p{L}\p{N}]+/gu, " ").includes(` ${words} `));
    const found = words.trim() && (whole ?? options.find(([, text]) => text.includes(` ${words}`)));
    const chosen = found ? found[0].value : "";
    if (chosen !== list.value) {
      list.value = chosen;
      for (const kind of ["input", "change"]) list.dispatchEvent(new Event(kind, { bubbles: true }));
    }
    return Boolean(found);
  };
})();
