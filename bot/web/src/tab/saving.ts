/** Keeping a refined list: under a new name, or over the list that it came from. */

import { fill, h } from "../dom";
import { icon } from "../icons";
import { say } from "../texts";
import { isSame, type Filter, type View } from "./filter";

export interface SavingOptions {
  onNew: (name: string) => void;
  onChanges: (view: View) => void;
}

export class Saving {
  readonly element: HTMLFormElement;
  private readonly name: HTMLInputElement;
  private readonly over = h("span");
  private readonly error = h("p", { class: "saving-error", role: "alert" });

  constructor(private readonly options: SavingOptions) {
    this.name = h("input", {
      class: "input saving-name",
      id: "saving-name",
      type: "text",
      required: true,
      maxlength: 80,
      placeholder: say("filter.name_hint"),
      "aria-label": say("filter.name"),
    });
    this.element = h(
      "form",
      { class: "saving", onsubmit: (event: Event) => this.submit(event) },
      h("label", { class: "field-label", for: "saving-name" }, say("filter.save_as")),
      h(
        "div",
        { class: "saving-row" },
        this.name,
        h("button", { class: "button button-primary", type: "submit" }, icon("save"), say("filter.save")),
      ),
      this.over,
      this.error,
    );
  }

  /** Offer to save over the person's own list, once it was changed. */
  show(view: View | null, filter: Filter): void {
    this.error.textContent = "";
    const mayOverwrite = view !== null && isOwn(view) && !isSame(view.filter, filter);
    const save = () => view && this.options.onChanges(view);
    fill(
      this.over,
      mayOverwrite &&
        h(
          "button",
          { class: "button", type: "button", onclick: save },
          say("filter.save_changes", { name: view.name }),
        ),
    );
  }

  clear(): void {
    this.name.value = "";
  }

  complain(text: string): void {
    this.error.textContent = text;
  }

  private submit(event: Event): void {
    event.preventDefault();
    const name = this.name.value.trim();
    if (name) {
      this.options.onNew(name);
    }
  }
}

/** The four lists that everyone has, and those of colleagues, are not this person's to change. */
export function isOwn(view: View): boolean {
  return view.is_own && !view.is_builtin;
}
