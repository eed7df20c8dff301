/** One short sentence at the bottom, with at most one thing to do; it goes by itself. */

import { fill, h } from "../dom";

const STAYS = 8_000;

export class Toast {
  readonly element = h("div", { class: "toasts", role: "status" });
  private timer = 0;

  say(text: string, action?: { label: string; run: () => void }): void {
    window.clearTimeout(this.timer);
    const clear = () => fill(this.element);
    const button =
      action &&
      h("button", { class: "toast-action", type: "button", onclick: () => (clear(), action.run()) }, action.label);
    fill(this.element, h("div", { class: "toast" }, h("span", {}, text), button));
    this.timer = window.setTimeout(clear, STAYS);
  }
}
