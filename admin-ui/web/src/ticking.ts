// Times that tick. The server's clock counts, whatever this machine's clock says. Nothing ticks that may be over by now.
import { isLost } from "./connection";

let ahead = Number(document.body.dataset["now"] ?? Date.now()) - Date.now();

/** Sets this page's clock by the server's. */
export function setClock(serverMs: number): void {
  ahead = serverMs - Date.now();
}

/** `12 s`, `4 min 10 s`, `1 h 5 min`: the same words as the server's. */
export function lasted(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (h > 0) return `${h} h ${m} min`;
  if (m > 0) return s === 0 ? `${m} min` : `${m} min ${s} s`;
  return `${s} s`;
}

/** Writes every running time anew. */
export function tick(): void {
  if (isLost()) return;
  const now = Date.now() + ahead;
  for (const time of document.querySelectorAll<HTMLElement>("time[data-since]")) {
    const text = lasted(now - Number(time.dataset["since"]));
    if (time.textContent !== text) time.textContent = text;
  }
}

export function ticking(): void {
  tick();
  setInterval(tick, 1000);
}
