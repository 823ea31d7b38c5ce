// The question before what cannot be undone, as a dialog on the page; without a script it is a page of its own.

/** Asks before a form that has a question is sent. */
export function questions(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target instanceof HTMLFormElement ? event.target : null;
    if (form?.dataset["ask"] && ask(form)) event.preventDefault();
  });
}

function ask(form: HTMLFormElement): boolean {
  const dialog = document.getElementById("ask");
  const answer = dialog?.querySelector("form");
  if (!(dialog instanceof HTMLDialogElement) || !answer) return false;
  const done = form.dataset["done"] ?? "";
  answer.action = form.action;
  answer.toggleAttribute("data-acts", form.hasAttribute("data-acts"));
  write("ask-title", done);
  write("ask-text", form.dataset["ask"] ?? "");
  write("ask-yes", done);
  dialog.showModal();
  return true;
}

function write(id: string, text: string): void {
  const place = document.getElementById(id);
  if (place) place.textContent = text;
}
