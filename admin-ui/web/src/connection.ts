// The stream that keeps a page up to date. The server is heard every few seconds; a page that hears nothing for longer shows
// what it last heard as such, and opens another stream until one speaks.
import { toast } from "./toast";

/** Longer than two beats of the server's; what is silent for so long is gone, however its connection looks. */
const STALE_MS = 12_000;
/** How often the silence is measured. */
const LOOK_MS = 1_000;
/** The first delay before a new stream, and the longest. */
const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/** What is done with the data of each kind of event. */
export type Listeners = Record<string, (data: unknown) => void>;

export function follow(url: string, listeners: Listeners): void {
  let delay = FIRST_MS;
  const open = (): void => {
    const source = new EventSource(url);
    let heard = performance.now();
    const look = setInterval(() => { if (performance.now() - heard > STALE_MS) leave(); }, LOOK_MS);
    const close = (): void => { clearInterval(look); source.close(); };
    const leave = (): void => {
      close();
      setLost(true);
      setTimeout(() => { void again(); }, delay);
      delay = Math.min(delay * 2, LONGEST_MS);
    };
    for (const [kind, listener] of Object.entries(listeners)) {
      source.addEventListener(kind, (event: MessageEvent<string>) => {
        heard = performance.now();
        delay = FIRST_MS;
        listener(JSON.parse(event.data));
        setLost(false);
      });
    }
    source.addEventListener("error", leave);
    window.addEventListener("pagehide", close, { once: true });
  };
  const again = async (): Promise<void> => {
    // The page itself then says what is the matter: log in again, or nothing is here any more.
    if (await shutOut(url)) window.location.reload();
    else open();
  };
  // A page that the browser kept has closed its stream, and what it shows is old.
  window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
  open();
}

/** Whether what the page shows is known to be old. */
export function isLost(): boolean {
  return document.body.classList.contains("lost");
}

/** What is done to calls is not offered while nobody knows which there are. */
function setLost(lost: boolean): void {
  const text = document.body.dataset;
  if (lost && !isLost()) toast(text["lost"] ?? "", "bad", true);
  if (!lost && isLost()) toast(text["back"] ?? "", "good");
  document.body.classList.toggle("lost", lost);
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-acts] button.danger")) button.disabled = lost;
}

/** Whether the server is there and lets this page in no more: the session is over, the account or the company is gone. */
async function shutOut(url: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(STALE_MS);
    const answer = await fetch(url, { method: "HEAD", redirect: "manual", cache: "no-store", signal });
    return answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status);
  } catch {
    return false;
  }
}
