// The live board: rows appear, change and go in place, and what matters of it is announced.
import { Idiomorph } from "idiomorph";
import { follow } from "./connection";
import { setClock, tick } from "./ticking";

interface Row { id: string; html: string | null }
interface Part { html: string; now: number }
interface Beat { now: number; drain: string | null }

export function live(): void {
  const place = document.querySelector<HTMLElement>("[data-live]");
  const url = place?.dataset["live"];
  if (!place || !url) return;
  const only = place.dataset["only"];
  follow(url, {
    figures: (data) => { if (!only) figures(data as Part); },
    rows: (data) => {
      const { html, now } = data as Part;
      setClock(now);
      if (only) putOne(html, only);
      else replace(html);
    },
    row: (data) => { put(data as Row, only); },
    beat: (data) => {
      const { now, drain } = data as Beat;
      setClock(now);
      draining(drain);
    },
  });
}

/** The headline, the tiles, the alarms: changed where they differ, so that the focus stays where it is. */
function figures(part: Part): void {
  setClock(part.now);
  const place = document.getElementById("figures");
  if (!place) return;
  const before = told(place);
  Idiomorph.morph(place, part.html, { morphStyle: "innerHTML" });
  const after = told(place);
  const news = after.filter((text) => !before.includes(text));
  if (news.length > 0) say(news.join(" "));
}

/** What of the figures is announced when it is new. */
function told(place: HTMLElement): string[] {
  const parts = [...place.querySelectorAll("[data-told]")];
  return parts.map((part) => (part.textContent ?? "").replace(/\s+/g, " ").trim());
}

/** Tells those who hear the page, and nobody else. */
function say(text: string): void {
  const line = document.getElementById("said");
  if (line) line.textContent = text;
}

/** That the server ends, as long as it does. */
function draining(text: string | null): void {
  const banner = document.getElementById("draining");
  if (!banner) return;
  banner.hidden = text === null;
  if (banner.textContent !== (text ?? "")) banner.textContent = text ?? "";
}

function replace(html: string): void {
  const rows = document.getElementById("rows");
  if (rows) Idiomorph.morph(rows, html, { morphStyle: "innerHTML" });
  settle();
}

/** What a call's own page needs of the whole board: the call, or that it is over. */
function putOne(html: string, id: string): void {
  const template = document.createElement("template");
  template.innerHTML = html;
  put({ id, html: template.content.getElementById(`call-${id}`)?.outerHTML ?? null }, id);
}

/** Puts one row in its place: new ones last, gone ones away, others where they are. */
function put(row: Row, only: string | undefined): void {
  if (only && row.id !== only) return;
  const rows = document.getElementById("rows");
  const there = document.getElementById(`call-${row.id}`);
  if (!rows) return;
  if (!row.html) {
    // The finished call's page has what this one lacks.
    if (only) { window.location.reload(); return; }
    gone(there);
  } else if (there) {
    Idiomorph.morph(there, row.html, { morphStyle: "outerHTML" });
  } else {
    rows.insertAdjacentHTML("beforeend", row.html);
    rows.lastElementChild?.classList.add("fresh");
  }
  settle();
}

/** Takes a row away; a focus that was in it goes on to the next one, not to the top of the page. */
function gone(row: HTMLElement | null): void {
  if (row?.contains(document.activeElement)) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    (next?.querySelector<HTMLElement>("a") ?? document.getElementById("calls-now"))?.focus();
  }
  row?.remove();
}

function settle(): void {
  const empty = document.getElementById("no-calls");
  if (empty) empty.hidden = document.querySelector("#rows [data-row]") !== null;
  tick();
}
