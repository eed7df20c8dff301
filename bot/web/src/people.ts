/** A text box with a list that answers while somebody types: WAI-ARIA's combobox, used on cards and in the filter. */

import type { Choice } from "./api";
import { fill, h } from "./dom";
import { say } from "./texts";

export type Lookup = (query: string) => Promise<Choice[]>;

export interface ComboboxOptions {
  lookup: Lookup;
  label?: string;
  placeholder?: string;
  value?: Choice | null;
  onChoose?: (choice: Choice | null) => void;
}

/** Milliseconds without a key before the typed text is looked up. */
const PAUSE = 150;
let count = 0;

export class Combobox {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  private readonly list: HTMLElement;
  private readonly status: HTMLElement;
  private choices: Choice[] = [];
  private active = -1;
  private chosen: Choice | null;
  private round = 0;
  private timer = 0;

  constructor(private readonly options: ComboboxOptions) {
    const id = `combobox-${(count += 1)}`;
    this.chosen = options.value ?? null;
    this.list = h("ul", {
      class: "combobox-list",
      role: "listbox",
      id: `${id}-list`,
      "aria-label": options.label ?? say("people_found"),
    });
    this.list.hidden = true;
    this.status = h("span", { class: "visually-hidden", role: "status" });
    this.input = h("input", {
      class: "input",
      type: "text",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
      "aria-label": options.label,
      placeholder: options.placeholder,
      oninput: () => {
        this.cancel();
        this.timer = window.setTimeout(() => void this.look(), PAUSE);
      },
      onfocus: () => void this.look(),
      onclick: () => void this.look(),
      onkeydown: (event: KeyboardEvent) => this.press(event),
      onblur: () => this.leave(),
    });
    this.input.value = this.chosen?.title ?? "";
    this.element = h("div", { class: "combobox" }, this.input, this.list, this.status);
  }

  /** What was chosen from the list; what was only typed chooses nothing. */
  get value(): Choice | null {
    return this.input.value === "" ? null : this.chosen;
  }

  choose(choice: Choice | null): void {
    this.cancel();
    this.chosen = choice;
    this.input.value = choice?.title ?? "";
    this.close();
    this.options.onChoose?.(choice);
  }

  private async look(): Promise<void> {
    const round = (this.round += 1);
    const query = this.input.value === this.chosen?.title ? "" : this.input.value.trim();
    let choices: Choice[];
    try {
      choices = await this.options.lookup(query);
    } catch {
      this.status.textContent = say("people_failed");
      return;
    }
    if (round === this.round && document.activeElement === this.input) {
      this.show(choices);
    }
  }

  private show(choices: Choice[]): void {
    const marked = this.list.hidden ? undefined : this.choices[this.active]?.value;
    this.choices = choices;
    this.active = marked === undefined ? -1 : choices.findIndex((choice) => choice.value === marked);
    const options = choices.map((choice, index) =>
      h(
        "li",
        {
          class: "combobox-option",
          role: "option",
          id: `${this.list.id}-${index}`,
          "aria-selected": String(index === this.active),
          onmousedown: (event: MouseEvent) => event.preventDefault(),
          onclick: () => this.choose(choice),
        },
        choice.title,
      ),
    );
    fill(
      this.list,
      ...(options.length > 0
        ? options
        : [
            h(
              "li",
              { class: "combobox-none", role: "option", "aria-disabled": "true", "aria-selected": "false" },
              say("people_none"),
            ),
          ]),
    );
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.status.textContent = say("people_count", { count: choices.length });
  }

  private press(event: KeyboardEvent): void {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      void (this.list.hidden ? this.look() : this.move(step));
    } else if (event.key === "Enter" && !this.list.hidden && this.choices[this.active]) {
      event.preventDefault();
      event.stopPropagation();
      this.choose(this.choices[this.active] ?? null);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.stopPropagation();
      this.close();
    }
  }

  private move(step: number): void {
    const size = this.choices.length;
    if (size === 0) {
      return;
    }
    this.list.children[this.active]?.setAttribute("aria-selected", "false");
    this.active = (this.active + step + size) % size;
    const option = this.list.children[this.active];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option?.id ?? "");
  }

  /** Whatever is still asked or about to be asked is not shown any more. */
  private cancel(): void {
    window.clearTimeout(this.timer);
    this.round += 1;
  }

  private leave(): void {
    this.cancel();
    const isOther = this.input.value !== (this.chosen?.title ?? "");
    const exact = isOther && this.choices.find((choice) => choice.title === this.input.value);
    if (exact) {
      this.choose(exact);
    } else if (this.input.value === "" && this.chosen) {
      this.choose(null);
    }
    this.close();
  }

  private close(): void {
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}
