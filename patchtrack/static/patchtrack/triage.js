// Keys and selection in lists; everything here is also done by links, boxes and buttons.
"use strict";

const boxes = () => [...document.querySelectorAll("[data-list] td.select input")];
const rows = () => [...document.querySelectorAll("[data-list] tbody tr")].filter(linkOf);
const linkOf = (row) => row.querySelector(".name a");

// Selecting: with the shift key, everything from the box before; the head's box is for all.

let lastBox = null;

function selectFrom(one, other, checked) {
  const all = boxes();
  const ends = [all.indexOf(one), all.indexOf(other)].sort((a, b) => a - b);
  all.slice(ends[0], ends[1] + 1).forEach((box) => { box.checked = checked; });
}

function tellSelected() {
  const all = document.querySelector("[data-all]:checked");
  const number = boxes().filter((box) => box.checked).length;
  const selected = all ? all.dataset.all : number ? `${number} selected` : "";
  for (const output of document.querySelectorAll("[data-selected]")) {
    output.textContent = selected;
    output.closest("form").classList.toggle("has-selection", selected !== "");
  }
}

document.addEventListener("click", ({target, shiftKey}) => {
  if (target.matches("[data-select-all]")) {
    boxes().forEach((box) => { box.checked = target.checked; });
  } else if (target.matches("[data-list] td.select input")) {
    if (shiftKey && lastBox && lastBox.isConnected) selectFrom(lastBox, target, target.checked);
    lastBox = target;
  } else if (!target.matches("[data-all]")) {
    return;
  }
  tellSelected();
});

// Moving through the rows of a list. When the list is put in place anew, one stays where one was.

let place = {link: "", index: -1};

document.addEventListener("focusin", ({target}) => {
  const index = rows().indexOf(target.closest("tr"));
  if (index >= 0) place = {link: linkOf(rows()[index]).href, index};
});

function moveBack() {
  const all = rows();
  const same = all.find((row) => linkOf(row).href === place.link);
  const row = same || all[Math.min(place.index, all.length - 1)];
  if (row) linkOf(row).focus({preventScroll: true});
}

function moveTo(step) {
  const all = rows();
  const here = all.indexOf(document.activeElement.closest("tr"));
  const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : here + step;
  if (all[next]) linkOf(all[next]).focus();
}

function toggleRow() {
  const row = document.activeElement.closest("tr");
  const box = row && row.querySelector("td.select input");
  if (!box) return;
  box.checked = !box.checked;
  lastBox = box;
  tellSelected();
}

function openRow() {
  const row = document.activeElement.closest("tr");
  if (row && linkOf(row)) linkOf(row).click();
}

// Keys.

// The first of the links that is there.
const follow = (...selectors) => {
  const link = selectors.map((one) => document.querySelector(one)).find((one) => one);
  if (link) link.click();
};
const focusOn = (...selectors) => {
  const field = selectors.map((one) => document.querySelector(one)).find((one) => one);
  if (!field) return;
  const sheet = field.closest("[popover]");
  if (sheet && !field.checkVisibility()) sheet.showPopover();
  field.focus();
};
const KEYS = {
  j: () => moveTo(1),
  k: () => moveTo(-1),
  x: toggleRow,
  o: openRow,
  u: () => follow("a[rel='x-list']", "a[rel='up']"),
  n: () => follow("a[rel='next']", "a[rel='x-list-next']"),
  p: () => follow("a[rel='prev']", "a[rel='x-list-prev']"),
  s: () => focusOn("[data-key='s']"),
  d: () => focusOn("[data-key='d']"),
  "/": () => focusOn("main input[type='search']", "input[type='search']"),
  "?": () => document.getElementById("keys").showModal(),
  "g l": () => follow("[data-go='l']"),
  "g t": () => follow("[data-go='t']"),
};
const FIRST_OF_TWO = "g";
let pending = "";

const isWriting = (element) =>
  element.matches("select, textarea, [contenteditable], input:not([type='checkbox'])");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && isWriting(event.target)) {
    event.target.blur();
    return;
  }
  if (isWriting(event.target) || document.querySelector("dialog[open]")) return;
  const key = pending ? `${pending} ${event.key}` : event.key;
  pending = event.key === FIRST_OF_TWO && !pending ? FIRST_OF_TWO : "";
  if (!KEYS[key]) return;
  event.preventDefault();
  KEYS[key]();
});

// Enter in a choice that is not open: what is chosen is to be done.

document.addEventListener("keydown", ({key, target}) => {
  if (key !== "Enter" || !target.matches(".decide select")) return;
  if (CSS.supports("selector(:open)") && !target.matches(":open")) target.form.requestSubmit();
});

// Long work shows that it goes on. What htmx sends is marked by htmx.

document.addEventListener("submit", ({target}) => {
  if (!target.closest("[hx-boost]")) target.classList.add("sent");
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll(".sent")) form.classList.remove("sent");
});

// What went wrong is told where one is, and what was chosen stays chosen.

function tellProblem(text) {
  const box = document.createElement("div");
  const line = document.createElement("div");
  Object.assign(box, {className: "messages", role: "alert"});
  Object.assign(line, {className: "error", textContent: text});
  for (const old of document.querySelectorAll(".messages[role='alert']")) old.remove();
  box.append(line);
  document.getElementById("main").prepend(box);
  box.scrollIntoView({block: "nearest"});
}

document.addEventListener("htmx:responseError", ({detail}) => {
  const page = new DOMParser().parseFromString(detail.xhr.responseText, "text/html");
  const told = [...page.querySelectorAll("main h1, main h1 + p")].map((one) => one.textContent);
  tellProblem(told.join(". ") || `The server answered ${detail.xhr.status}.`);
});
document.addEventListener("htmx:sendError", () => {
  tellProblem("The server cannot be reached. Reload the page to see what was changed.");
});

// A page that is new, or was put in place.

function begin() {
  const head = document.querySelector("[data-list] th.select");
  if (head && !head.querySelector("input")) {
    const box = document.createElement("input");
    Object.assign(box, {type: "checkbox", ariaLabel: "Select all on this page"});
    box.dataset.selectAll = "";
    head.append(box);
  }
  tellSelected();
}

const help = document.querySelector("[data-keys]");
help.hidden = false;
help.addEventListener("click", KEYS["?"]);
document.addEventListener("htmx:afterSettle", () => {
  begin();
  if (place.index >= 0) moveBack();
});
begin();
