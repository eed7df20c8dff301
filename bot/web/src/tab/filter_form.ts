/** The form in which a list is described; every change is told at once, so that the result is seen beside it. */

import { debounce, fill, h } from "../dom";
import { Combobox, type Lookup } from "../people";
import { say, type TextKey } from "../texts";
import { emptyFilter, TYPES, type Filter } from "./filter";

export interface FilterFormOptions {
  lookup: Lookup;
  onChange: (filter: Filter) => void;
}

type Option = [value: string, label: TextKey];

export class FilterForm {
  readonly element: HTMLElement;
  private filter: Filter = emptyFilter();
  private people: Record<string, string> = {};

  constructor(private readonly options: FilterFormOptions) {
    this.element = h("div", { class: "filter" });
  }

  /** Show a filter; people in it are numbers, and `people` says their names. */
  show(filter: Filter, people: Record<string, string>): void {
    this.filter = structuredClone(filter);
    this.people = people;
    this.draw();
  }

  get value(): Filter {
    return this.filter;
  }

  private change(changes: Partial<Filter>): void {
    this.filter = { ...this.filter, ...changes };
    for (const [key, value] of Object.entries(changes)) {
      if (value === undefined) {
        delete this.filter[key as keyof Filter];
      }
    }
    this.options.onChange(this.filter);
  }

  private draw(): void {
    fill(
      this.element,
      this.pills(
        "filter.of",
        this.filter.of,
        [
          ["companies", "filter.companies"],
          ["contacts", "filter.contacts"],
        ],
        (of) => this.change({ of: of as Filter["of"] }),
      ),
      this.pills(
        "filter.scope",
        this.filter.scope,
        [
          ["mine", "filter.mine"],
          ["firm", "filter.firm"],
        ],
        (scope) => this.change({ scope: scope as Filter["scope"] }),
      ),
      this.types(),
      this.person("filter.partner", this.filter.partner, ["me", "nobody"], (partner) =>
        this.change({ partner } as Partial<Filter>),
      ),
      this.person("filter.known_by", this.filter.known_by, ["me"], (known_by) =>
        this.change({ known_by } as Partial<Filter>),
      ),
      this.period(),
      this.words(),
    );
  }

  private pills(label: TextKey, value: string, options: Option[], choose: (value: string) => void): HTMLElement {
    const name = `pills-${label}`;
    const pill = ([option, text]: Option) =>
      h(
        "label",
        { class: "pill" },
        h("input", { type: "radio", name, value: option, checked: option === value, onchange: () => choose(option) }),
        h("span", {}, say(text)),
      );
    return h(
      "fieldset",
      { class: "field" },
      h("legend", {}, say(label)),
      h("div", { class: "pills" }, ...options.map(pill)),
    );
  }

  private types(): HTMLElement {
    const chosen = new Set(this.filter.types ?? []);
    const pill = (type: string | null, label: TextKey) =>
      h(
        "label",
        { class: "pill" },
        h("input", {
          type: "checkbox",
          checked: chosen.has(type),
          onchange: (event: Event) => {
            chosen[(event.target as HTMLInputElement).checked ? "add" : "delete"](type);
            this.change({ types: [...chosen] });
          },
        }),
        h("span", {}, say(label)),
      );
    const pills = [...TYPES.map((type) => pill(type, `type.${type}`)), pill(null, "type.none")];
    return h(
      "fieldset",
      { class: "field field-wide" },
      h("legend", {}, say("filter.types")),
      h("div", { class: "pills" }, ...pills),
    );
  }

  private person(
    label: TextKey,
    value: number | string | undefined,
    words: string[],
    choose: (value: number | string | undefined) => void,
  ): HTMLElement {
    const isColleague = typeof value === "number";
    const combobox = new Combobox({
      lookup: this.options.lookup,
      label: say("filter.search_person"),
      placeholder: say("filter.search_person"),
      value: isColleague ? { title: this.people[value] ?? "", value: String(value) } : null,
      onChoose: (choice) => choose(choice ? Number(choice.value) : undefined),
    });
    const select = this.select(
      label,
      isColleague ? "person" : (value ?? ""),
      [
        ["", "filter.anyone"],
        ...words.map((word): Option => [word, `filter.${word}` as TextKey]),
        ["person", "filter.person"],
      ],
      (word) => {
        combobox.element.hidden = word !== "person";
        if (word === "person") {
          combobox.input.focus();
        } else {
          choose(word || undefined);
        }
      },
    );
    combobox.element.hidden = !isColleague;
    select.append(combobox.element);
    return select;
  }

  private period(): HTMLElement {
    const { last } = this.filter;
    const days = h("input", {
      class: "input input-short",
      type: "number",
      min: 1,
      max: 36500,
      "aria-label": say("filter.days"),
    });
    const day = h("input", { class: "input", type: "date", "aria-label": say("filter.day") });
    days.value = String(last && "days" in last ? last.days : 90);
    day.value = last && "day" in last ? last.day : new Date().toISOString().slice(0, 10);
    const daysField = h("span", { class: "field-inline" }, days, say("filter.days"));
    const tell = (is: string) => {
      daysField.hidden = is !== "within" && is !== "not_for";
      day.hidden = is !== "after" && is !== "before";
      if (is === "within" || is === "not_for") {
        this.change({ last: { is, days: Math.max(1, Math.trunc(Number(days.value) || 90)) } });
      } else if (is === "after" || is === "before") {
        this.change({ last: { is, day: day.value } });
      } else {
        this.change({ last: undefined } as unknown as Partial<Filter>);
      }
    };
    const options: Option[] = [
      ["", "filter.any_time"],
      ["within", "filter.within"],
      ["not_for", "filter.not_for"],
      ["after", "filter.after"],
      ["before", "filter.before"],
    ];
    const field = this.select("filter.last", last?.is ?? "", options, tell);
    const select = field.querySelector("select");
    const retell = debounce(300, () => tell(select?.value ?? ""));
    days.addEventListener("input", retell);
    day.addEventListener("change", retell);
    daysField.hidden = last?.is !== "within" && last?.is !== "not_for";
    day.hidden = last?.is !== "after" && last?.is !== "before";
    field.append(daysField, day);
    return field;
  }

  private words(): HTMLElement {
    const input = h("input", {
      class: "input",
      type: "search",
      maxlength: 200,
      value: this.filter.text,
      oninput: debounce(250, () => this.change({ text: input.value.trim() })),
    });
    return h("label", { class: "field" }, h("span", { class: "field-label" }, say("filter.text")), input);
  }

  private select(label: TextKey, value: string, options: Option[], choose: (value: string) => void): HTMLElement {
    const select = h(
      "select",
      { class: "input", onchange: () => choose(select.value) },
      ...options.map(([option, text]) => h("option", { value: option, selected: option === value }, say(text))),
    );
    return h(
      "div",
      { class: "field" },
      h("label", { class: "field-stack" }, h("span", { class: "field-label" }, say(label)), select),
    );
  }
}
