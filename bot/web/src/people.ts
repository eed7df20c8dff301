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
  /** What is typed counts as soon as the field is left: no button takes it later. */
  settlesOnLeave?: boolean;
  onChoose?: (choice: Choice | null) => void;
}

/** Milliseconds without a key before the typed text is looked up. */
const PAUSE = 150;
/** Pixels between field and list; how high the list is at most, and what room below is too little for it. */
const GAP = 4;
const HIGH = 240;
const LOW = 140;
let count = 0;

export class Combobox {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  private readonly list: HTMLElement;
  private readonly status: HTMLElement;
  private readonly error: HTMLElement;
  private choices: Choice[] = [];
  /** What was typed when these choices were found. */
  private answered: string | undefined;
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
    this.list.popover = "manual";
    this.error = h("p", { class: "field-error", role: "alert", id: `${id}-error` });
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
        this.complain("");
        this.timer = window.setTimeout(() => void this.look(), PAUSE);
      },
      onfocus: () => void this.look(),
      onclick: () => void this.look(),
      onkeydown: (event: KeyboardEvent) => this.press(event),
      onblur: () => this.leave(),
    });
    this.input.value = this.chosen?.title ?? "";
    this.element = h("div", { class: "combobox" }, this.input, this.list, this.status, this.error);
  }

  /** What was chosen from the list; what was only typed chooses nothing. */
  get value(): Choice | null {
    return this.input.value === "" ? null : this.chosen;
  }

  /**
   * Take what was typed for the only choice that it can mean, before it is sent; says under the field why it cannot.
   *
   * Gives false where something was typed that means nobody, or several.
   */
  async settle(): Promise<boolean> {
    const isSettled = await this.takeTyped();
    if (!isSettled) {
      this.show();
      this.input.focus();
    }
    return isSettled;
  }

  private async takeTyped(): Promise<boolean> {
    const typed = this.input.value.trim();
    if (typed === "" || typed === this.chosen?.title) {
      return true;
    }
    if (this.answered !== typed) {
      this.cancel();
      this.take(typed, await this.options.lookup(typed).catch(() => []));
    }
    const only = this.only(typed);
    if (only) {
      this.choose(only);
      return true;
    }
    this.complain(say(this.choices.length === 0 ? "people_none" : "people_several"));
    return false;
  }

  /** Say under the field what is wrong with it; nothing takes it away. */
  complain(text: string): void {
    this.error.textContent = text;
    this.input.setAttribute("aria-invalid", String(text !== ""));
    this.input.toggleAttribute("aria-describedby", text !== "");
    if (text !== "") {
      this.input.setAttribute("aria-describedby", this.error.id);
    }
  }

  private only(typed: string): Choice | undefined {
    const exact = this.choices.filter((choice) => choice.title.toLowerCase() === typed.toLowerCase());
    const found = exact.length === 1 ? exact : this.choices;
    return this.answered === typed && found.length === 1 ? found[0] : undefined;
  }

  choose(choice: Choice | null): void {
    this.cancel();
    this.complain("");
    this.chosen = choice;
    this.input.value = choice?.title ?? "";
    this.close();
    this.options.onChoose?.(choice);
  }

  private async look(): Promise<void> {
    const round = (this.round += 1);
    const typed = this.input.value.trim();
    const query = typed === this.chosen?.title ? "" : typed;
    let choices: Choice[];
    try {
      choices = await this.options.lookup(query);
    } catch {
      this.status.textContent = say("people_failed");
      return;
    }
    if (round === this.round && document.activeElement === this.input) {
      this.take(typed, choices);
      this.show();
    }
  }

  private take(typed: string, choices: Choice[]): void {
    const marked = this.list.hidden ? undefined : this.choices[this.active]?.value;
    this.choices = choices;
    this.answered = typed;
    this.active = marked === undefined ? -1 : choices.findIndex((choice) => choice.value === marked);
  }

  private show(): void {
    const { choices } = this;
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
    if (!this.list.matches(":popover-open")) {
      this.list.showPopover();
      window.addEventListener("scroll", this.follow, true);
      window.addEventListener("resize", this.follow);
    }
    this.follow();
    this.input.setAttribute("aria-expanded", "true");
    this.status.textContent = say("people_count", { count: choices.length });
  }

  /** The list stands over everything, so that no frame around the field cuts it off; it goes where the field goes. */
  private readonly follow = (): void => {
    const field = this.input.getBoundingClientRect();
    const below = window.innerHeight - field.bottom - GAP * 2;
    const isAbove = below < LOW && field.top > below;
    const { style } = this.list;
    style.left = `${field.left}px`;
    style.width = `${field.width}px`;
    style.top = isAbove ? "auto" : `${field.bottom + GAP}px`;
    style.bottom = isAbove ? `${window.innerHeight - field.top + GAP}px` : "auto";
    style.maxHeight = `${Math.min(HIGH, isAbove ? field.top - GAP * 2 : below)}px`;
  };

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
    } else if (event.key === "Enter" && this.input.value.trim() !== (this.chosen?.title ?? "")) {
      event.preventDefault();
      event.stopPropagation();
      void this.settle();
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
    const typed = this.input.value.trim();
    const only = typed !== "" && typed !== this.chosen?.title && this.only(typed);
    if (only) {
      this.choose(only);
    } else if (this.input.value === "" && this.chosen) {
      this.choose(null);
    } else if (this.options.settlesOnLeave) {
      void this.takeTyped();
    }
    this.close();
  }

  private close(): void {
    if (this.list.matches(":popover-open")) {
      this.list.hidePopover();
      window.removeEventListener("scroll", this.follow, true);
      window.removeEventListener("resize", this.follow);
    }
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}
