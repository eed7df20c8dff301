/** One row on the screen; it moves to where a row is missing, and is filled anew there. */

import { h } from "../dom";
import { say, sayAgo, sayDay, sayNumber } from "../texts";
import { TYPES, type Filter, type Row } from "./filter";

const CELLS = ["name", "type", "partner", "last", "count"] as const;

/** The titles above the cells. */
export function drawTitles(filter: Filter): HTMLElement[] {
  const isCompanies = filter.of === "companies";
  const titles = [
    [isCompanies ? "column.company" : "column.contact", "name"],
    [isCompanies ? "column.type" : "column.company", "type"],
    ["column.partner", "partner"],
    ["column.last", "last"],
    ["column.count", "count"],
  ] as const;
  return titles.map(([key, name]) => h("span", { class: `cell cell-${name}`, role: "columnheader" }, say(key)));
}

export class DrawnRow {
  readonly element: HTMLElement;
  index = -1;
  private row: Row | null = null;
  private readonly name = h("span", { class: "row-name" });
  private readonly detail = h("span", { class: "row-detail" });
  private readonly cells: Record<(typeof CELLS)[number], HTMLElement>;

  constructor(canvas: HTMLElement) {
    const cell = (name: string) => [name, h("span", { class: `cell cell-${name}`, role: "gridcell" })];
    this.cells = Object.fromEntries(CELLS.map(cell)) as typeof this.cells;
    this.cells.name.append(this.name, this.detail);
    this.element = h("div", { class: "row", role: "row" }, ...Object.values(this.cells));
    canvas.append(this.element);
  }

  place(row: Row, index: number, height: number, isActive: boolean): void {
    const { element } = this;
    element.style.transform = `translateY(${index * height}px)`;
    element.style.height = `${height}px`;
    element.classList.toggle("is-active", isActive);
    element.setAttribute("aria-selected", String(isActive));
    if (this.index === index && this.row === row) {
      return;
    }
    this.index = index;
    this.row = row;
    element.hidden = false;
    element.id = `row-${index}`;
    element.dataset["id"] = String(row.id);
    element.setAttribute("aria-rowindex", String(index + 2));
    this.fill(row);
  }

  hide(): void {
    this.index = -1;
    this.element.hidden = true;
    this.element.removeAttribute("id");
  }

  private fill(row: Row): void {
    const { type, partner, last, count } = this.cells;
    this.name.textContent = row.name;
    this.name.classList.toggle("is-provisional", row.is_provisional === true);
    this.name.title = row.is_provisional ? say("column.provisional") : row.name;
    this.detail.textContent = row.detail;
    if (row.company !== undefined) {
      type.textContent = row.company;
      type.className = "cell cell-type";
    } else {
      const known = row.type && TYPES.includes(row.type) ? row.type : "none";
      type.className = `cell cell-type chip chip-${known}`;
      type.textContent = say(`type.${known}`);
    }
    partner.textContent = row.partner ?? "";
    last.textContent = sayAgo(row.last_at) || say("column.no_date");
    last.title = sayDay(row.last_at);
    count.textContent = sayNumber(row.count);
  }
}
