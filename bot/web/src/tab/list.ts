/**
 * A list of any length: only the rows on the screen exist, the next ones are fetched while one scrolls.
 *
 * The service pages by key, so rows come in order and the list grows at its end; what was read stays.
 */

import { debounce, h } from "../dom";
import { say } from "../texts";
import { drawTitles, DrawnRow } from "./drawn_row";
import type { Filter, Row } from "./filter";

export interface Batch {
  rows: Row[];
  next: string | null;
}

export interface ListOptions {
  fetch: (cursor: string | null, size: number, signal: AbortSignal) => Promise<Batch>;
  onOpen: (row: Row) => void;
  /** Called where reading failed; what was read before is still shown where `hasRows`. */
  onFailure: (error: unknown, hasRows: boolean) => void;
  /** Called after every batch with how many rows are there, and whether there are more. */
  onLoaded: (count: number, hasMore: boolean) => void;
  /** Called where a column's head is chosen. */
  onSort: (sort: Filter["sort"]) => void;
}

/** Order by a column; a second time it is turned round. Names begin with A, times and numbers with the most. */
export function turnSort(filter: Filter, sort: Filter["sort"]): Partial<Filter> {
  const isAscending = filter.sort === sort ? !filter.is_ascending : sort === "name";
  return { sort, is_ascending: isAscending };
}

const FIRST = 60;
const MOST = 500;
/** Rows drawn above and below the visible ones. */
const MARGIN = 8;
/** Rows from the end at which the next batch is asked for. */
const AHEAD = 150;

export class List {
  readonly element: HTMLElement;
  private readonly header: HTMLElement;
  private readonly canvas: HTMLElement;
  private rows: Row[] = [];
  private next: string | null = null;
  private pool: DrawnRow[] = [];
  private active = -1;
  private frame = 0;
  private loading: AbortController | undefined;
  /** After a failure nothing more is read until somebody, or the network, says so. */
  private isStopped = false;
  private height = 52;

  constructor(private readonly options: ListOptions) {
    this.header = h("div", { class: "list-header", role: "row", "aria-rowindex": 1 });
    this.canvas = h("div", { class: "list-canvas", role: "rowgroup" });
    this.element = h(
      "div",
      {
        class: "list",
        role: "grid",
        tabindex: 0,
        "aria-label": say("tab.views"),
        onscroll: () => this.schedule(),
        onkeydown: (event: KeyboardEvent) => this.press(event),
        onclick: (event: MouseEvent) => this.click(event),
        onfocus: () => this.enter(),
      },
      h("div", { class: "list-top", role: "rowgroup" }, this.header),
      this.canvas,
    );
    new ResizeObserver(() => this.schedule()).observe(this.element);
  }

  get selected(): number | null {
    return this.rows[this.active]?.id ?? null;
  }

  /** Show a list from its beginning. */
  async load(filter: Filter): Promise<void> {
    this.rows = [];
    this.next = null;
    this.active = -1;
    this.element.scrollTop = 0;
    this.element.removeAttribute("aria-activedescendant");
    this.element.dataset["of"] = filter.of;
    this.header.replaceChildren(...drawTitles(filter, this.options.onSort));
    this.element.classList.add("is-loading");
    await this.read([], null, FIRST);
    this.element.classList.remove("is-loading");
  }

  /** Read again what was read down to the end of the screen; one stays where one is. */
  async refresh(): Promise<void> {
    const last = Math.ceil((this.element.scrollTop + this.element.clientHeight) / this.height) + MARGIN;
    await this.read([], null, Math.max(FIRST, last));
  }

  /** Go on after a failure; what was read before is still there. */
  resume(): void {
    this.isStopped = false;
    this.draw();
  }

  /** Read rows on, batch by batch, until there are as many as wanted; they replace the old ones all at once. */
  private async read(rows: Row[], cursor: string | null, wanted: number): Promise<void> {
    this.loading?.abort();
    const run = (this.loading = new AbortController());
    this.isStopped = false;
    try {
      let next = cursor;
      do {
        const batch = await this.options.fetch(next, Math.min(MOST, wanted - rows.length), run.signal);
        if (run !== this.loading) {
          return;
        }
        rows.push(...batch.rows);
        next = batch.next;
      } while (next !== null && rows.length < wanted);
      this.loading = undefined;
      this.take(rows, next);
    } catch (error) {
      if (run === this.loading) {
        this.loading = undefined;
        this.isStopped = true;
        this.options.onFailure(error, this.rows.length > 0);
      }
    }
  }

  private take(rows: Row[], next: string | null): void {
    const { selected } = this;
    if (rows !== this.rows) {
      this.rows = rows;
      this.active = selected === null ? -1 : rows.findIndex((row) => row.id === selected);
    }
    this.next = next;
    this.element.setAttribute("aria-rowcount", String(next === null ? rows.length + 1 : -1));
    this.draw();
    this.options.onLoaded(rows.length, next !== null);
  }

  private schedule(): void {
    this.frame ||= window.requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  private draw(): void {
    this.height = this.element.clientWidth < 560 ? 68 : 52;
    const visible = Math.ceil(this.element.clientHeight / this.height) + 1;
    const first = Math.max(0, Math.floor(this.element.scrollTop / this.height) - MARGIN);
    const last = Math.min(this.rows.length, first + visible + 2 * MARGIN);
    this.canvas.style.height = `${(this.rows.length + (this.next === null ? 0 : 3)) * this.height}px`;
    this.recycle(first, last);
    if (this.next !== null && !this.loading && !this.isStopped && last > this.rows.length - AHEAD) {
      void this.read(this.rows, this.next, this.rows.length + Math.min(MOST, Math.max(2 * FIRST, this.rows.length)));
    }
  }

  /** Move the rows that left the screen to where rows are missing. */
  private recycle(first: number, last: number): void {
    const kept = new Set<number>();
    const free: DrawnRow[] = [];
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
      drawn.hide();
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

  private addRow(): DrawnRow {
    const drawn = new DrawnRow(this.canvas);
    this.pool.push(drawn);
    return drawn;
  }

  private place(drawn: DrawnRow, index: number): void {
    const row = this.rows[index];
    if (row) {
      drawn.place(row, index, this.height, index === this.active);
    }
  }

  private press(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.element.clientHeight / this.height) - 1);
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

  /** The keyboard comes in at the first row on the screen; a mouse has a row of its own. */
  private enter(): void {
    if (this.active < 0 && this.rows.length > 0 && this.element.matches(":focus-visible")) {
      this.activate(Math.min(Math.ceil(this.element.scrollTop / this.height), this.rows.length - 1));
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
    const room = this.element.clientHeight - this.header.offsetHeight;
    if (top < this.element.scrollTop) {
      this.element.scrollTop = top;
    } else if (top + this.height > this.element.scrollTop + room) {
      this.element.scrollTop = top + this.height - room;
    }
    this.draw();
    this.element.setAttribute("aria-activedescendant", `row-${index}`);
  }
}
