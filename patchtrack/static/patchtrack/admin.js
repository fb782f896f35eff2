// Names the widgets of Django's admin for people who hear a page, where their own scripts do not.
"use strict";

let labels = 0;

// One that looks for rows as people type is read out with its label and what is chosen.
function nameSearch(select) {
  const label = select.labels[0];
  if (!label) return;
  label.id ||= `search-label-${labels += 1}`;
  const chosen = select.nextElementSibling.querySelector("[role=textbox]");
  for (const part of [chosen, chosen.closest("[role=combobox]")]) {
    part.setAttribute("aria-labelledby", `${label.id} ${chosen.id}`);
  }
}

function nameWidgets(root) {
  root.querySelectorAll("select.select2-hidden-accessible").forEach(nameSearch);
  root.querySelectorAll(".help-tooltip").forEach((tip) => { tip.setAttribute("role", "img"); });
}

// Some widgets are made when all is loaded, others when jQuery says so, which may be later.
addEventListener("load", () => {
  nameWidgets(document);
  window.django?.jQuery?.(() => nameWidgets(document));
});
document.addEventListener("formset:added", ({target}) => nameWidgets(target));
