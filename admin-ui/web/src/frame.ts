// The frame: the tab of this page is in sight where the tabs are wider than the screen, and Escape closes an open menu.

const MENUS = "details.me[open], details.switch[open]";

/** The menus that are open, of the company and of the account. */
export function openMenus(): HTMLDetailsElement[] {
  return [...document.querySelectorAll<HTMLDetailsElement>(MENUS)];
}

export function frame(): void {
  document.querySelector(".nav-main [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
      const inside = menu.contains(document.activeElement);
      menu.open = false;
      if (inside) menu.querySelector("summary")?.focus();
    }
  });
}
