// Forms: copying secrets, the way back, the demo's log-ins.

import { openMenus } from "./frame";

export function forms(): void {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const copy = target?.closest<HTMLElement>("[data-copy]");
    if (copy) void navigator.clipboard.writeText(document.getElementById(copy.dataset["copy"] ?? "")?.textContent ?? "");
    const fill = target?.closest<HTMLElement>("[data-fill-email]");
    if (fill) {
      value("email", fill.dataset["fillEmail"] ?? "");
      value("password", fill.dataset["fillPassword"] ?? "");
      document.querySelector<HTMLFormElement>("form[action='/login']")?.requestSubmit();
    }
    // A menu closes when something else is clicked.
    for (const menu of openMenus()) {
      if (target && !menu.contains(target)) menu.open = false;
    }
  });
  for (const back of document.querySelectorAll<HTMLInputElement>("[data-here]")) {
    back.value = window.location.pathname + window.location.search;
  }
}

function value(id: string, text: string): void {
  const input = document.getElementById(id);
  if (input instanceof HTMLInputElement) input.value = text;
}
