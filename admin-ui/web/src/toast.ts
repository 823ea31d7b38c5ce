// One line at the bottom of the page that says what just happened.

let leaving: number | undefined;

export function toast(text: string, kind: "good" | "bad", stays = false): void {
  const line = document.querySelector<HTMLElement>(".toast");
  if (!line) return;
  window.clearTimeout(leaving);
  line.textContent = text;
  line.dataset["kind"] = kind;
  line.hidden = false;
  if (!stays) leaving = window.setTimeout(() => { line.hidden = true; }, 4000);
}
