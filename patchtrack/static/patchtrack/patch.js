/* What scripts add to the page of a patch: files and comments that the page had no room for are
   fetched and put in their place, and the reader's choice of a view is remembered. Without
   scripts, the same links lead to pages of their own. */

"use strict";

const VIEW = "patchtrack-view";

/* The reader may have forbidden storage; then nothing is remembered. */
function readView() {
  try {
    return localStorage.getItem(VIEW);
  } catch {
    return null;
  }
}

function writeView(view) {
  try {
    localStorage.setItem(VIEW, view);
  } catch {
    return;
  }
}

function rememberView() {
  const views = document.querySelector(".views");
  if (!views) return;
  const parameters = new URLSearchParams(location.search);
  if (parameters.has("view")) {
    writeView(parameters.get("view"));
  } else if (readView() === "split") {
    parameters.set("view", "split");
    location.replace(`${location.pathname}?${parameters}${location.hash}`);
  }
}

/* Puts the element of this id from the page at `url` in the place of our own. */
async function replaceFrom(url, element) {
  const response = await fetch(url, { headers: { Accept: "text/html" } });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const found = page.getElementById(element.id);
  if (!found) throw new Error(`${url}: no ${element.id}`);
  found.className = element.className;
  if (element.open !== undefined) found.open = element.open;
  element.replaceWith(found);
  return found;
}

async function followLoadLink(event) {
  const link = event.target.closest("a.load");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  link.setAttribute("aria-busy", "true");
  try {
    const found = await replaceFrom(link.href, link.closest("[id]"));
    (found.querySelector("summary, a") || found).focus({ preventScroll: true });
  } catch {
    /* The page of its own will tell what is wrong. */
    location.assign(link.href);
  }
}

/* Code that was too much to colour at once is coloured when the reader comes near it, one file
   at a time. */
function colourOnSight() {
  const waiting = [];
  let busy = false;
  async function work() {
    if (busy) return;
    busy = true;
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      const hadTarget = file.querySelector(":target");
      try {
        const found = await replaceFrom(file.dataset.more, file);
        found.removeAttribute("data-more");
        if (hadTarget) location.replace(location.hash);
      } catch {
        /* It stays readable as it is. */
        continue;
      }
    }
    busy = false;
  }
  const watcher = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      watcher.unobserve(target);
      waiting.push(target);
    }
    work();
  }, { rootMargin: "400px" });
  for (const file of document.querySelectorAll(".file[data-more]")) watcher.observe(file);
}

/* A link to a line of a file that is not here yet, such as #f7R12: the file is fetched first. */
async function showTarget() {
  const [, file] = /^#((?:c\d+)?f\d+)[LR]\d+$/.exec(location.hash) || [];
  const element = file && document.getElementById(file);
  if (!element) return;
  const link = element.querySelector("a.load");
  if (link) {
    const found = await replaceFrom(link.href, element);
    found.open = true;
    location.replace(location.hash);
  } else if (!element.open) {
    element.open = true;
    location.replace(location.hash);
  }
}

/* One button folds or opens all files of the diff. */
function addFoldButton() {
  const views = document.querySelector(".views");
  const files = () => document.querySelectorAll("main > .diff-files .file");
  if (!views || files().length < 2) return;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Fold all files";
  button.addEventListener("click", () => {
    const fold = [...files()].some((file) => file.open);
    for (const file of files()) file.open = !fold;
    button.textContent = fold ? "Open all files" : "Fold all files";
  });
  views.append(button);
}

/* Side by side, a selection is of one side only. */
function selectOneSide(event) {
  const half = event.target.closest(".pair > div");
  if (!half) return;
  const code = half.closest(".code");
  const isOld = half === half.parentElement.firstElementChild;
  code.classList.toggle("of-old", isOld);
  code.classList.toggle("of-new", !isOld);
}

rememberView();
document.addEventListener("click", followLoadLink);
document.addEventListener("mousedown", selectOneSide);
window.addEventListener("hashchange", showTarget);
addFoldButton();
colourOnSight();
showTarget();
