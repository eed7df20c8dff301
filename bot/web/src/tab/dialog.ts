/** Small windows over the tab: one asks for a name, one shows a text to copy. */

import { h } from "../dom";
import { say } from "../texts";

function open(title: string, form: HTMLElement, input: HTMLInputElement): HTMLDialogElement {
  const dialog = h("dialog", { class: "dialog", "aria-label": title, onclose: () => dialog.remove() }, form);
  document.querySelector(".lists")?.append(dialog);
  dialog.showModal();
  input.select();
  return dialog;
}

/** Ask for a name; gives null where the person thinks better of it. */
export function askName(title: string, value: string): Promise<string | null> {
  return new Promise((resolve) => {
    const input = h("input", { class: "input", type: "text", maxlength: 80, value, "aria-label": say("filter.name") });
    const finish = (event: Event) => {
      event.preventDefault();
      resolve(input.value.trim() || null);
      dialog.close();
    };
    const form = h(
      "form",
      { class: "dialog-form", onsubmit: finish },
      h("h2", { class: "message-title" }, title),
      input,
      h(
        "div",
        { class: "dialog-actions" },
        h("button", { class: "button", type: "button", onclick: () => dialog.close() }, say("cancel")),
        h("button", { class: "button button-primary", type: "submit" }, say("filter.save")),
      ),
    );
    const dialog = open(title, form, input);
    dialog.addEventListener("close", () => resolve(null));
  });
}

/** Show a text, marked and ready to be copied by hand. */
export function showText(title: string, value: string): void {
  const input = h("input", { class: "input", type: "text", readonly: true, value, "aria-label": title });
  const close = h(
    "button",
    { class: "button button-primary", type: "button", onclick: () => dialog.close() },
    say("close"),
  );
  const form = h(
    "div",
    { class: "dialog-form" },
    h("h2", { class: "message-title" }, title),
    input,
    h("div", { class: "dialog-actions" }, close),
  );
  const dialog = open(title, form, input);
}
