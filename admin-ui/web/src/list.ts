// Lists that htmx filters: rows that are not those of the filter are shown as such, and the filter is tried until it succeeds.
import htmx from "htmx.org";

/** An answer that comes sooner needs no sign that it is waited for. */
const SLOW_MS = 300;
/** An answer that takes longer does not come. */
const TIMEOUT_MS = 10_000;
/** The first delay before another try, and the longest. */
const FIRST_MS = 1_000;
const LONGEST_MS = 15_000;

interface Asked { elt: Element; target: HTMLElement; requestConfig?: { path: string } }

let slow: number | undefined;
let retry: number | undefined;
let delay = FIRST_MS;

export function list(): void {
  htmx.config.timeout = TIMEOUT_MS;
  on("htmx:beforeRequest", ({ target }) => {
    window.clearTimeout(retry);
    slow ??= window.setTimeout(() => { dim(target, true); }, SLOW_MS);
  });
  on("htmx:afterSwap", ({ target }) => { answered(target); });
  for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) on(failure, failed);
}

function on(event: string, what: (asked: Asked) => void): void {
  document.body.addEventListener(event, (told) => { what((told as CustomEvent<Asked>).detail); });
}

function answered(target: HTMLElement): void {
  rest();
  delay = FIRST_MS;
  dim(target, false);
  note(target, false);
}

function failed({ elt, target, requestConfig }: Asked): void {
  rest();
  dim(target, true);
  note(target, true);
  retry = window.setTimeout(() => { void htmx.ajax("get", requestConfig?.path ?? "", { source: elt }); }, delay);
  delay = Math.min(delay * 2, LONGEST_MS);
}

/** Waits for no answer any more. */
function rest(): void {
  window.clearTimeout(slow);
  slow = undefined;
}

function dim(target: HTMLElement, old: boolean): void {
  target.classList.toggle("old", old);
  target.setAttribute("aria-busy", String(old));
}

/** The words beside a list that its rows are from before. */
function note(target: HTMLElement, shown: boolean): void {
  const line = document.getElementById(`${target.id}-old`);
  if (line) line.hidden = !shown;
}
