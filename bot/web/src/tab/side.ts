/** A company or a contact beside the list. */

import type { Board } from "../board";
import { h } from "../dom";
import { icon } from "../icons";
import { say } from "../texts";

export type Kind = "company" | "contact";

export class Side {
  readonly element: HTMLElement;
  private readonly closer: HTMLElement;
  private place = "";

  constructor(
    private readonly board: Board,
    private readonly copyLink: (place: string, label: string) => void,
    private readonly onClose: () => void,
  ) {
    const copy = h(
      "button",
      { class: "button button-quiet", type: "button", onclick: () => this.copyLink(this.place, document.title) },
      icon("link"),
      say("tab.copy_link"),
    );
    const label = say("tab.close_details");
    this.closer = h(
      "button",
      {
        class: "button button-quiet button-icon",
        type: "button",
        "aria-label": label,
        title: label,
        onclick: () => this.close(),
      },
      icon("close"),
    );
    this.element = h(
      "aside",
      { class: "side", "aria-label": say("tab.open_details") },
      h("div", { class: "side-head" }, copy, this.closer),
      board.element,
    );
    this.element.hidden = true;
    document.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && this.close());
  }

  async open(kind: Kind, id: number, name: string): Promise<void> {
    this.place = `${kind}/${id}`;
    this.element.hidden = false;
    this.element.scrollTop = 0;
    if (getComputedStyle(this.element).position === "fixed") {
      this.closer.focus();
    }
    document.title = name ? `${name} · Carnet` : "Carnet";
    await this.board.show({ verb: `${kind}.open`, data: { [`${kind}_id`]: id } });
  }

  private close(): void {
    if (!this.element.hidden) {
      this.element.hidden = true;
      document.title = "Carnet";
      this.onClose();
    }
  }
}
