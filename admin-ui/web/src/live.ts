// The live board: rows appear, change and go in place; a lost connection says so and heals itself.
import { setClock, tick } from "./ticking";
import { toast } from "./toast";

interface Row { id: string; html: string | null }
interface Part { html: string; now: number }

/** The first delay before a new connection, and the longest. */
const FIRST_MS = 500;
const LONGEST_MS = 15_000;

export function live(): void {
  const place = document.querySelector<HTMLElement>("[data-live]");
  const url = place?.dataset["live"];
  if (!place || !url) return;
  connect(url, place.dataset["only"], FIRST_MS, false);
}

function connect(url: string, only: string | undefined, delay: number, lost: boolean): void {
  const source = new EventSource(url);
  const text = document.body.dataset;
  source.addEventListener("open", () => {
    document.body.classList.remove("lost");
    if (lost) toast(text["back"] ?? "", "good");
    lost = false;
    delay = FIRST_MS;
  });
  source.addEventListener("figures", (event) => {
    const part = JSON.parse(event.data) as Part;
    setClock(part.now);
    const figures = only ? null : document.getElementById("figures");
    if (figures) figures.innerHTML = part.html;
  });
  source.addEventListener("rows", (event) => {
    const part = JSON.parse(event.data) as Part;
    if (only) putOne(part.html, only);
    else replace(part.html);
  });
  source.addEventListener("row", (event) => { put(JSON.parse(event.data) as Row, only); });
  source.addEventListener("error", () => {
    source.close();
    document.body.classList.add("lost");
    if (!lost) toast(text["lost"] ?? "", "bad", true);
    window.setTimeout(() => {
      void shutOut(url).then((out) => {
        // The page itself then says what is the matter: log in again, or nothing is here any more.
        if (out) window.location.reload();
        else connect(url, only, Math.min(delay * 2, LONGEST_MS), true);
      });
    }, delay);
  });
  window.addEventListener("pagehide", () => { source.close(); }, { once: true });
}

/** Whether the server is there and lets this page in no more: the session is over, the account or the company is gone. */
async function shutOut(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { method: "HEAD", redirect: "manual", cache: "no-store" });
    return answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status);
  } catch {
    return false;
  }
}

function replace(html: string): void {
  const rows = document.getElementById("rows");
  if (rows) rows.innerHTML = html;
  tick();
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
  if (!rows) return;
  const there = document.getElementById(`call-${row.id}`);
  if (!row.html) {
    // The finished call's page has what this one lacks.
    if (only) { window.location.reload(); return; }
    there?.remove();
  } else {
    const template = document.createElement("template");
    template.innerHTML = row.html;
    const fresh = template.content.firstElementChild;
    if (!fresh) return;
    const focused = there?.contains(document.activeElement) ?? false;
    if (there) there.replaceWith(fresh);
    else { fresh.classList.add("fresh"); rows.insertBefore(fresh, document.getElementById("no-calls")); }
    if (focused) fresh.querySelector<HTMLElement>("a")?.focus();
  }
  const empty = document.getElementById("no-calls");
  if (empty) empty.hidden = rows.querySelector("[data-row]") !== null;
  tick();
}
