/** One row on the screen; it moves to where a row is missing, and is filled anew there. */

import { h } from "../dom";
import { say, sayAgo, sayDay, sayNumber } from "../texts";
import { TYPES, type Filter, type Row } from "./filter";

const CELLS = ["name", "type", "partner", "last", "count"] as const;

/** The columns that a list can be ordered by. */
const SORTS: Partial<Record<(typeof CELLS)[number], Filter["sort"]>> = { name: "name", last: "last", count: "count" };

/** The titles above the cells. */
export function drawTitles(filter: Filter, sort: (by: Filter["sort"]) => void): HTMLElement[] {
  const isCompanies = filter.of === "companies";
  const titles = [
    [isCompanies ? "column.company" : "column.contact", "name"],
    [isCompanies ? "column.type" : "column.company", "type"],
    ["column.partner", "partner"],
    ["column.last", "last"],
    ["column.count", "count"],
  ] as const;
  return titles.map(([key, name]) => {
    const by = SORTS[name];
    const isSorted = by !== undefined && by === filter.sort;
    const order = isSorted ? (filter.is_ascending ? "ascending" : "descending") : undefined;
    const title = by
      ? h("button", { class: "title-sort", type: "button", onclick: () => sort(by) }, say(key))
      : say(key);
    return h("span", { class: `cell cell-${name}`, role: "columnheader", "aria-sort": order }, title);
  });
}

export class DrawnRow {
  readonly element: HTMLElement;
  index = -1;
  private row: Row | null = null;
  private readonly name = h("span", { class: "row-name" });
  private readonly detail = h("span", { class: "row-detail" });
  /** The partner once more, for a screen too narrow for its column. */
  private readonly who = h("span", { class: "row-partner" });
  private readonly cells: Record<(typeof CELLS)[number], HTMLElement>;

  constructor(canvas: HTMLElement) {
    const cell = (name: string) => [name, h("span", { class: `cell cell-${name}`, role: "gridcell" })];
    this.cells = Object.fromEntries(CELLS.map(cell)) as typeof this.cells;
    this.cells.name.append(this.name, this.detail, this.who);
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
    const isContact = row.address !== undefined;
    this.name.textContent = row.shown_name;
    this.name.classList.toggle("is-provisional", row.is_provisional === true);
    this.name.title = row.is_provisional ? say("column.provisional") : row.shown_name;
    this.detail.textContent = (isContact ? listAddresses(row) : row.domain) ?? "";
    if (isContact) {
      type.textContent = row.shown_company ?? "";
      type.className = "cell cell-type";
    } else {
      const known = row.type && TYPES.includes(row.type) ? row.type : "none";
      type.className = `cell cell-type chip chip-${known}`;
      type.textContent = say(`type.${known}`);
    }
    partner.textContent = row.partner_name ?? "";
    this.who.textContent = row.partner_name || (isContact ? "" : say("filter.no_partner"));
    last.textContent = sayAgo(row.last_at) || say("column.no_date");
    last.title = sayDay(row.last_at);
    count.textContent = sayNumber(row.interaction_count);
  }
}

/** The address of a contact where the name stands before it, and the others of the same person. */
function listAddresses(row: Row): string {
  return [row.name && row.address, ...(row.others ?? [])].filter(Boolean).join(" · ");
}
