/** What stands above a list: a search, the order, the refining, the menu. */

import { debounce, h } from "../dom";
import { icon } from "../icons";
import { say, type TextKey } from "../texts";
import type { Filter } from "./filter";
import { menuButton, type MenuItem } from "./menu";

const SORTS: [Filter["sort"], TextKey][] = [
  ["last", "filter.sort_last"],
  ["name", "filter.sort_name"],
  ["count", "filter.sort_count"],
];

export interface ToolbarOptions {
  onChange: (changes: Partial<Filter>) => void;
  onRefine: () => void;
  onRefresh: () => void;
  menu: () => MenuItem[];
}

export class Toolbar {
  readonly element: HTMLElement;
  private readonly search: HTMLInputElement;
  private readonly sort: HTMLSelectElement;
  private readonly refine: HTMLElement;
  private isAscending = false;

  constructor(private readonly options: ToolbarOptions) {
    const label = say("tab.search");
    this.search = h("input", {
      class: "input list-search",
      type: "search",
      maxlength: 200,
      placeholder: label,
      "aria-label": label,
      oninput: debounce(200, () => options.onChange({ text: this.search.value.trim() })),
    });
    this.sort = h(
      "select",
      { class: "input list-sort", "aria-label": say("tab.sort"), onchange: () => this.changeSort() },
      ...SORTS.map(([value, text]) => h("option", { value }, say(text))),
    );
    this.refine = h(
      "button",
      {
        class: "button button-quiet",
        type: "button",
        "aria-expanded": "false",
        "aria-controls": "refine",
        onclick: () => options.onRefine(),
      },
      icon("filter"),
      say("tab.refine"),
    );
    const end = h(
      "div",
      { class: "toolbar-end" },
      this.sort,
      this.drawReverse(),
      this.drawRefresh(),
      menuButton(say("tab.menu"), "more", options.menu),
    );
    this.element = h("div", { class: "toolbar" }, this.search, this.refine, end);
  }

  /** Show what a list asks for; what is being typed is left alone. */
  show(filter: Filter): void {
    if (document.activeElement !== this.search) {
      this.search.value = filter.text ?? "";
    }
    this.sort.value = filter.sort;
    this.isAscending = filter.is_ascending;
  }

  setRefining(isOpen: boolean): void {
    this.refine.setAttribute("aria-expanded", String(isOpen));
  }

  private drawReverse(): HTMLElement {
    const label = say("tab.reverse");
    const reverse = () => this.options.onChange({ is_ascending: !this.isAscending });
    return h(
      "button",
      { class: "button button-quiet button-icon", type: "button", title: label, "aria-label": label, onclick: reverse },
      icon("sort"),
    );
  }

  private drawRefresh(): HTMLElement {
    const label = say("refresh");
    return h(
      "button",
      {
        class: "button button-quiet button-icon",
        type: "button",
        title: label,
        "aria-label": label,
        onclick: () => this.options.onRefresh(),
      },
      icon("refresh"),
    );
  }

  /** Names begin with A, times and numbers with the newest and the most. */
  private changeSort(): void {
    const sort = SORTS.find(([name]) => name === this.sort.value)?.[0] ?? "last";
    this.options.onChange({ sort, is_ascending: sort === "name" });
  }
}
