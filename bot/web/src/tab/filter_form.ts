/** The form in which a list is described; every change is told at once, so that the result is seen beside it. */

import type { Choice } from "../api";
import { debounce, fill, h } from "../dom";
import { Combobox, type Lookup } from "../people";
import { currentLanguage, say, type TextKey } from "../texts";
import { emptyFilter, MAIL, TYPES, type Filter, type Partner } from "./filter";
import { drawPeriod } from "./period_field";
import { drawSelect, type Option } from "./select";

type Word = "me" | "somebody" | "nobody";

export interface FilterFormOptions {
  lookup: Lookup;
  onChange: (filter: Filter) => void;
}

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
          ["companies", say("filter.companies")],
          ["contacts", say("filter.contacts")],
        ],
        (of) => this.change({ of: of as Filter["of"] }),
      ),
      this.pills(
        "filter.scope",
        this.filter.scope,
        [
          ["mine", say("filter.mine")],
          ["firm", say("filter.firm")],
        ],
        (scope) => this.change({ scope: scope as Filter["scope"] }),
      ),
      this.types(),
      this.person("filter.partner", this.filter.partner, ["me", "somebody", "nobody"], (partner) =>
        this.change({ partner } as Partial<Filter>),
      ),
      this.person("filter.known_by", this.filter.known_by, ["me"], (known_by) =>
        this.change({ known_by } as Partial<Filter>),
      ),
      drawPeriod("filter.last", this.filter.last, (last) => this.change({ last } as Partial<Filter>)),
      this.words(),
      this.more(),
    );
  }

  /** What is asked more rarely; open where something of it is asked. */
  private more(): HTMLElement {
    const { is_met, mail, first, not_partner, not_known_by } = this.filter;
    const isAsked = is_met !== undefined || [mail, first, not_partner, not_known_by].some(Boolean);
    return h(
      "details",
      { class: "field-wide", open: isAsked },
      h("summary", {}, say("filter.more")),
      h(
        "div",
        { class: "filter" },
        this.pills(
          "filter.met",
          is_met === undefined ? "" : String(is_met),
          [
            ["", say("filter.met_or_not")],
            ["true", say("filter.met_once")],
            ["false", say("filter.met_never")],
          ],
          (met) => this.change({ is_met: met ? met === "true" : undefined } as Partial<Filter>),
        ),
        drawSelect(
          "filter.mail",
          mail ?? "",
          [["", say("filter.mail_any")], ...MAIL.map((one): Option => [one, say(`filter.mail_${one}`)])],
          (one) => this.change({ mail: one || undefined } as Partial<Filter>),
        ),
        drawPeriod("filter.first", first, (period) => this.change({ first: period } as Partial<Filter>)),
        this.person("filter.not_partner", not_partner, ["me"], (who) =>
          this.change({ not_partner: listOne(who) } as Partial<Filter>),
        ),
        this.person("filter.not_known_by", not_known_by, ["me"], (who) =>
          this.change({ not_known_by: listOne(who) } as Partial<Filter>),
        ),
      ),
    );
  }

  private pills(label: TextKey, value: string, options: Option[], choose: (value: string) => void): HTMLElement {
    const name = `pills-${label}`;
    const pill = ([option, text]: Option) =>
      h(
        "label",
        { class: "pill" },
        h("input", { type: "radio", name, value: option, checked: option === value, onchange: () => choose(option) }),
        h("span", {}, text),
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

  /** A field into which a colleague is typed; words that stand for one, or for none, are offered with the colleagues. */
  private person(
    label: TextKey,
    value: Partner | Partner[] | undefined,
    words: Word[],
    choose: (value: Partner | undefined) => void,
  ): HTMLElement {
    const fixed = words.map((word): Choice => ({ title: say(`filter.${word}`), value: word }));
    const joined = label === "filter.known_by" ? "conjunction" : "disjunction";
    const combobox = new Combobox({
      lookup: async (query) => [
        ...fixed.filter(({ title }) => title.toLowerCase().startsWith(query.toLowerCase())),
        ...(await this.options.lookup(query)),
      ],
      label: say(label),
      placeholder: say("filter.anyone"),
      value: value === undefined ? null : { title: this.nameAll([value].flat(), joined), value: String(value) },
      settlesOnLeave: true,
      onChoose: (choice) => choose(choice ? readPartner(choice.value) : undefined),
    });
    combobox.input.id = `person-${label}`;
    const name = h("label", { class: "field-label", for: combobox.input.id }, say(label));
    return h("div", { class: "field" }, name, combobox.element);
  }

  private nameAll(partners: Partner[], type: "conjunction" | "disjunction"): string {
    const names = partners.map((who) =>
      typeof who === "number" ? (this.people[who] ?? "") : say(who === "anyone" ? "filter.somebody" : `filter.${who}`),
    );
    return new Intl.ListFormat(currentLanguage(), { type }).format(names);
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
}

function listOne(who: Partner | undefined): Partner[] | undefined {
  return who === undefined ? undefined : [who];
}

/** A word is itself, and anything else the number of a colleague. */
function readPartner(value: string): Partner {
  return value === "somebody" ? "anyone" : value === "me" || value === "nobody" ? value : Number(value);
}
