// The keyboard: / searches, j and k move, Enter opens, g and a letter jumps, ? tells.

const JUMPS: Record<string, string> = { l: "", c: "/calls", p: "/people" };
let jumping = false;

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}

function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-row]")];
}

function move(by: number): void {
  const all = rows();
  const links = all.map((row) => row.querySelector<HTMLElement>("a"));
  const now = all.findIndex((row) => row.contains(document.activeElement));
  const next = links[now < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(now + by, 0), all.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function help(): void {
  const dialog = document.getElementById("keys");
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
}

export function keyboard(): void {
  document.addEventListener("keydown", (event) => {
    if (event.metaKey || event.ctrlKey || event.altKey || typing(event.target)) return;
    const base = document.body.dataset["base"] ?? "";
    if (jumping) {
      jumping = false;
      const to = JUMPS[event.key];
      if (to !== undefined && base) { event.preventDefault(); window.location.assign(base + to); }
      return;
    }
    switch (event.key) {
      case "/": event.preventDefault(); document.getElementById("find")?.focus(); break;
      case "j": move(1); break;
      case "k": move(-1); break;
      case "g": jumping = true; window.setTimeout(() => { jumping = false; }, 1200); break;
      case "?": help(); break;
    }
  });
  // A click anywhere in a row opens it, unless it meant something in the row, or marked text.
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("[data-help]")) { help(); return; }
    const row = target?.closest<HTMLElement>("[data-row]");
    if (!row || target?.closest("a, button, form, details, input") || window.getSelection()?.toString()) return;
    window.location.assign(row.dataset["href"] ?? "");
  });
}
