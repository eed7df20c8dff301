/**
 * A list of any length: only the rows on the screen exist, the next ones are fetched while one scrolls.
 *
 * The service pages by key, so rows come in order and the list grows at its end; what was read stays.
 */

import { debounce, h } from "../dom";
import { say, sayAgo, sayDay, sayNumber } from "../texts";
import { TYPES, type Filter, type Row } from "./filter";

export interface Batch {
  rows: Row[];
  next: string | null;
}

export interface ListOptions {
  fetch: (cursor: string | null, size: number, signal: AbortSignal) => Promise<Batch>;
  onOpen: (row: Row) => void;
  onFailure: (error: unknown) => void;
  /** Called after every batch with how many rows are there, and whether there are more. */
  onLoaded: (count: number, hasMore: boolean) => void;
}

const FIRST = 60;
const MOST = 500;
/** Rows drawn above and below the visible ones. */
const MARGIN = 8;
/** Rows from the end at which the next batch is asked for. */
const AHEAD = 150;

type Drawn = {
  element: HTMLElement;
  index: number;
  row: Row | null;
  name: HTMLElement;
  detail: HTMLElement;
  type: HTMLElement;
  partner: HTMLElement;
  last: HTMLElement;
  count: HTMLElement;
};

export class List {
  readonly element: HTMLElement;
  private readonly header: HTMLElement;
  private readonly grid: HTMLElement;
  private readonly canvas: HTMLElement;
  private rows: Row[] = [];
  private next: string | null = null;
  private pool: Drawn[] = [];
  private active = -1;
  private frame = 0;
  private loading: AbortController | undefined;
  private height = 52;

  constructor(private readonly options: ListOptions) {
    this.header = h("div", { class: "list-header", role: "row", "aria-rowindex": 1 });
    this.canvas = h("div", { class: "list-canvas", role: "rowgroup" });
    this.grid = h(
      "div",
      {
        class: "list",
        role: "grid",
        tabindex: 0,
        "aria-label": say("tab.views"),
        onscroll: () => this.schedule(),
        onkeydown: (event: KeyboardEvent) => this.press(event),
        onclick: (event: MouseEvent) => this.click(event),
        onfocus: () => this.active < 0 && this.rows.length > 0 && this.activate(0),
      },
      h("div", { class: "list-top", role: "rowgroup" }, this.header),
      this.canvas,
    );
    this.element = this.grid;
    new ResizeObserver(() => this.schedule()).observe(this.grid);
  }

  get selected(): number | null {
    return this.rows[this.active]?.id ?? null;
  }

  /** Show a list from its beginning. */
  async load(filter: Filter): Promise<void> {
    this.loading?.abort();
    this.rows = [];
    this.next = null;
    this.active = -1;
    this.grid.scrollTop = 0;
    this.grid.dataset["of"] = filter.of;
    this.grid.removeAttribute("aria-activedescendant");
    this.drawHeader(filter);
    this.grid.classList.add("is-loading");
    await this.fetch(FIRST, null);
    this.grid.classList.remove("is-loading");
  }

  private drawHeader(filter: Filter): void {
    const isCompanies = filter.of === "companies";
    const titles = [
      [isCompanies ? "column.company" : "column.contact", "name"],
      [isCompanies ? "column.type" : "column.company", "type"],
      ["column.partner", "partner"],
      ["column.last", "last"],
      ["column.count", "count"],
    ] as const;
    this.header.replaceChildren(
      ...titles.map(([key, name]) => h("span", { class: `cell cell-${name}`, role: "columnheader" }, say(key))),
    );
  }

  private async fetch(size: number, cursor: string | null): Promise<void> {
    const run = (this.loading = new AbortController());
    try {
      const batch = await this.options.fetch(cursor, size, run.signal);
      if (run !== this.loading) {
        return;
      }
      this.loading = undefined;
      this.rows.push(...batch.rows);
      this.next = batch.next;
      this.grid.setAttribute("aria-rowcount", String(this.next === null ? this.rows.length + 1 : -1));
      this.draw();
      this.options.onLoaded(this.rows.length, this.next !== null);
    } catch (error) {
      if (run === this.loading) {
        this.loading = undefined;
        this.options.onFailure(error);
      }
    }
  }

  private schedule(): void {
    this.frame ||= window.requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  private draw(): void {
    this.height = this.grid.clientWidth < 560 ? 68 : 52;
    const visible = Math.ceil(this.grid.clientHeight / this.height) + 1;
    const first = Math.max(0, Math.floor(this.grid.scrollTop / this.height) - MARGIN);
    const last = Math.min(this.rows.length, first + visible + 2 * MARGIN);
    this.canvas.style.height = `${(this.rows.length + (this.next === null ? 0 : 3)) * this.height}px`;
    this.recycle(first, last);
    if (this.next !== null && !this.loading && last > this.rows.length - AHEAD) {
      void this.fetch(Math.min(MOST, Math.max(2 * FIRST, this.rows.length)), this.next);
    }
  }

  /** Move the rows that left the screen to where rows are missing. */
  private recycle(first: number, last: number): void {
    const kept = new Set<number>();
    const free: Drawn[] = [];
    for (const drawn of this.pool) {
      if (drawn.index >= first && drawn.index < last) {
        kept.add(drawn.index);
        this.place(drawn, drawn.index);
      } else {
        free.push(drawn);
      }
    }
    for (let index = first; index < last; index += 1) {
      if (!kept.has(index)) {
        this.place(free.pop() ?? this.addRow(), index);
      }
    }
    for (const drawn of free) {
      drawn.index = -1;
      drawn.element.hidden = true;
      drawn.element.removeAttribute("id");
    }
    this.settle();
  }

  /** At rest, rows stand in the page in the order in which they are read. */
  private readonly settle = debounce(150, () => {
    const inOrder = [...this.pool].sort((one, other) => one.index - other.index);
    if (inOrder.some((drawn, place) => this.canvas.children[place] !== drawn.element)) {
      this.canvas.append(...inOrder.map((drawn) => drawn.element));
    }
  });

  private addRow(): Drawn {
    const cell = (name: string) => h("span", { class: `cell cell-${name}`, role: "gridcell" });
    const name = h("span", { class: "row-name" });
    const detail = h("span", { class: "row-detail" });
    const main = cell("name");
    main.append(name, detail);
    const [type, partner, last, count] = ["type", "partner", "last", "count"].map(cell) as [
      HTMLElement,
      HTMLElement,
      HTMLElement,
      HTMLElement,
    ];
    const element = h("div", { class: "row", role: "row" }, main, type, partner, last, count);
    this.canvas.append(element);
    const drawn: Drawn = { element, index: -1, row: null, name, detail, type, partner, last, count };
    this.pool.push(drawn);
    return drawn;
  }

  private place(drawn: Drawn, index: number): void {
    const row = this.rows[index];
    if (!row) {
      return;
    }
    const { element } = drawn;
    element.style.transform = `translateY(${index * this.height}px)`;
    element.style.height = `${this.height}px`;
    element.classList.toggle("is-active", index === this.active);
    element.setAttribute("aria-selected", String(index === this.active));
    if (drawn.index === index && drawn.row === row) {
      return;
    }
    drawn.index = index;
    drawn.row = row;
    element.hidden = false;
    element.id = `row-${index}`;
    element.dataset["id"] = String(row.id);
    element.setAttribute("aria-rowindex", String(index + 2));
    this.fill(drawn, row);
  }

  private fill(drawn: Drawn, row: Row): void {
    drawn.name.textContent = row.name;
    drawn.name.classList.toggle("is-provisional", row.is_provisional);
    drawn.name.title = row.is_provisional ? say("column.provisional") : "";
    drawn.detail.textContent = row.detail;
    if (this.grid.dataset["of"] === "contacts") {
      drawn.type.textContent = row.company;
      drawn.type.className = "cell cell-type";
    } else {
      const type = row.type !== null && TYPES.includes(row.type) ? row.type : "none";
      drawn.type.className = `cell cell-type chip chip-${type}`;
      drawn.type.textContent = say(`type.${type}`);
    }
    drawn.partner.textContent = row.partner;
    drawn.last.textContent = sayAgo(row.last_at) || say("column.no_date");
    drawn.last.title = sayDay(row.last_at);
    drawn.count.textContent = sayNumber(row.count);
  }

  private press(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.grid.clientHeight / this.height) - 1);
    const steps: Record<string, number> = {
      ArrowDown: this.active + 1,
      ArrowUp: this.active - 1,
      PageDown: this.active + page,
      PageUp: this.active - page,
      Home: 0,
      End: this.rows.length - 1,
    };
    const to = steps[event.key];
    const row = this.rows[this.active];
    if (to !== undefined) {
      event.preventDefault();
      this.activate(Math.max(0, Math.min(this.rows.length - 1, to)));
    } else if ((event.key === "Enter" || event.key === " ") && row) {
      event.preventDefault();
      this.options.onOpen(row);
    }
  }

  private click(event: MouseEvent): void {
    const element = (event.target as Element).closest<HTMLElement>(".row");
    const drawn = this.pool.find((candidate) => candidate.element === element);
    const row = drawn && this.rows[drawn.index];
    if (drawn && row) {
      this.activate(drawn.index);
      this.options.onOpen(row);
    }
  }

  private activate(index: number): void {
    this.active = index;
    const top = index * this.height;
    const room = this.grid.clientHeight - this.header.offsetHeight;
    if (top < this.grid.scrollTop) {
      this.grid.scrollTop = top;
    } else if (top + this.height > this.grid.scrollTop + room) {
      this.grid.scrollTop = top + this.height - room;
    }
    this.draw();
    this.grid.setAttribute("aria-activedescendant", `row-${index}`);
  }
}
