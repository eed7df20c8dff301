/** The tab's screen: which list is shown, how it is refined and saved, and what is open beside it. */

import type { Api, Data } from "../api";
import { Board } from "../board";
import { adminConsentLink } from "../consent";
import { fill, h } from "../dom";
import { Failure, needsPerson, toFailure } from "../failures";
import type { TabHost } from "../hosts/tab_host";
import type { Touched } from "../live";
import type { Settings } from "../settings";
import { say } from "../texts";
import { failureView, message } from "../views";
import { asJson, emptyFilter, isSame, readRows, type Filter, type View } from "./filter";
import { FilterForm } from "./filter_form";
import { copyLink } from "./links";
import { List, turnSort, type Batch } from "./list";
import { ListChanges } from "./list_changes";
import type { MenuItem } from "./menu";
import { Saving } from "./saving";
import { Side, type Kind } from "./side";
import { Strip } from "./strip";
import { Toast } from "./toast";
import { Toolbar } from "./toolbar";
import { listViewActions } from "./view_menu";
import { ViewStore } from "./view_store";

/** Milliseconds after which an empty list of the first day is asked for again. */
const READS_ON = 5_000;

export class Lists {
  readonly element: HTMLElement;
  private view: View | null = null;
  private filter: Filter = emptyFilter();
  private people: Record<string, string> = {};
  /** How much of the first sync is done, while nothing was found yet. */
  private readSoFar: number | null = null;
  private readonly store: ViewStore;
  private readonly changes: ListChanges;
  private readonly strip: Strip;
  private readonly toolbar: Toolbar;
  private readonly form: FilterForm;
  private readonly saving: Saving;
  private readonly list: List;
  private readonly side: Side;
  private readonly toast = new Toast();
  private readonly words = h("p", { class: "list-words" });
  private readonly title = h("h1", { class: "list-title" });
  private readonly count = h("span", { class: "list-count", role: "status" });
  private readonly empty = h("div", { class: "list-empty" });
  private readonly refine: HTMLElement;
  private readonly panel: HTMLElement;
  private readonly board: Board;
  /** Counts failures in a row, for the pause before it is asked again. */
  private failures = 0;
  private readonly adminLink: string;

  constructor(
    private readonly api: Api,
    private readonly host: TabHost,
    settings: Settings,
  ) {
    this.adminLink = adminConsentLink(settings);
    this.store = new ViewStore(api, (text) => (this.refine.hidden ? this.toast.say(text) : this.saving.complain(text)));
    this.strip = new Strip(
      (view) => void this.open(view),
      () => this.startNew(),
    );
    this.toolbar = new Toolbar({
      onChange: (changes) => void this.change({ ...this.filter, ...changes }, true),
      onRefine: () => this.setRefining(this.refine.hidden),
      onRefresh: () => void Promise.all([this.follow(), board.refresh()]),
      menu: () => this.menu(),
    });
    this.form = new FilterForm({
      lookup: async (query) => (await api.ask("people.search", { query })).choices,
      onChange: (filter) => void this.change(filter, false),
    });
    this.saving = new Saving({
      onNew: (name) => void this.saveNew(name),
      onChanges: (view) => void this.saveChanges(view),
    });
    this.list = new List({
      fetch: (cursor, size, signal) => this.fetch(cursor, size, signal),
      onOpen: (row) =>
        void this.side.open(this.filter.of === "companies" ? "company" : "contact", row.id, row.shown_name),
      onFailure: (error, hasRows) => (hasRows ? this.pause(error) : this.fail(error)),
      onLoaded: (count, hasMore) => this.showCount(count, hasMore),
      onSort: (sort) => void this.change({ ...this.filter, ...turnSort(this.filter, sort) }, true),
    });
    const board = (this.board = new Board(api, {
      open: (url) => host.open(url),
      askPerson: host.signIn.askPerson,
      adminLink: this.adminLink,
      onChanged: () => void this.follow(),
    }));
    this.changes = new ListChanges(this.store, host, this.toast, (id) => this.reopen(id));
    const copy = (place: string, label: string) => void copyLink(host, this.toast, place, label);
    this.side = new Side(board, copy, () => this.list.element.focus());
    this.refine = h(
      "section",
      { class: "refine", id: "refine", "aria-label": say("filter.title") },
      this.form.element,
      this.saving.element,
    );
    this.refine.hidden = true;
    const caption = h("div", { class: "list-caption" }, this.title, this.words, this.count);
    const parts = [this.toolbar.element, this.refine, caption, this.list.element, this.empty];
    this.panel = h("section", { class: "list-panel", id: "list-panel", role: "tabpanel" }, ...parts);
    const body = h("div", { class: "lists-body" }, this.panel, this.side.element);
    this.element = h("div", { class: "lists" }, this.strip.element, body, this.toast.element);
  }

  /** Show the list, company or contact that a link led to; else the first list. */
  async start(): Promise<void> {
    try {
      await this.store.load();
    } catch (error) {
      this.fail(error);
      return;
    }
    const [kind, id] = this.host.place.split("/");
    const first = (kind === "view" && this.store.find(Number(id))) || this.store.first;
    const opening = first ? this.open(first) : this.startNew();
    if ((kind === "company" || kind === "contact") && Number(id) > 0) {
      await this.side.open(kind satisfies Kind, Number(id), "");
    }
    await opening;
  }

  /** Something was changed elsewhere: the list, the row of lists and what is open beside it are asked for again. */
  async hear(touched: Touched): Promise<void> {
    const isOfView = touched === null || touched.of === "view";
    const isOfRows = touched === null || touched.of !== "view";
    await Promise.all([
      isOfView && this.store.load().then(() => this.strip.show(this.store.views, this.view?.view_id ?? null)),
      isOfRows && this.follow(),
      this.board.hear(touched),
    ]).catch(() => undefined); // what cannot be read now is read with the next change, or by hand
  }

  private async follow(): Promise<void> {
    await (this.list.element.hidden ? this.reload() : this.list.refresh());
  }

  private async open(view: View): Promise<void> {
    this.view = view;
    this.strip.show(this.store.views, view.view_id);
    this.panel.setAttribute("aria-labelledby", `tab-${view.view_id}`);
    this.setRefining(false);
    await this.change(view.filter, true);
  }

  private startNew(): void {
    this.view = null;
    this.strip.show(this.store.views, null);
    this.panel.removeAttribute("aria-labelledby");
    void this.change({ ...emptyFilter(), scope: "firm" }, true);
    this.setRefining(true);
    this.form.element.querySelector<HTMLElement>("input")?.focus();
  }

  /** Ask for something else; the form follows, unless it is where the change was made. */
  private async change(filter: Filter, isShown: boolean): Promise<void> {
    this.filter = filter;
    this.title.textContent = this.view && isSame(filter, this.view.filter) ? this.view.name : "";
    this.toolbar.show(filter);
    this.saving.show(this.view, filter);
    await this.reload();
    if (isShown && filter === this.filter && !this.refine.hidden) {
      this.form.show(filter, this.people);
    }
  }

  private async reload(): Promise<void> {
    fill(this.empty);
    this.list.element.hidden = false;
    await this.list.load(this.filter);
  }

  private async fetch(cursor: string | null, size: number, signal: AbortSignal): Promise<Batch> {
    const data: Data = { filter: asJson(this.filter), size, ...(cursor !== null && { cursor }) };
    const answer = await this.api.ask("list.rows", data, { signal });
    if (answer.status !== 200) {
      throw new Failure("server", answer.summary);
    }
    if (cursor === null) {
      this.words.textContent = answer.summary;
      this.readSoFar = (answer.data["read_so_far"] as number | null | undefined) ?? null;
      this.people = (answer.data["people"] as Record<string, string> | undefined) ?? {};
    }
    return readRows(answer.data);
  }

  private showCount(count: number, hasMore: boolean): void {
    this.failures = 0;
    this.count.textContent = hasMore ? say("tab.rows_more", { count }) : say("tab.rows_loaded", { count });
    if (count === 0) {
      const isFirst = this.readSoFar !== null;
      const [title, text] = isFirst
        ? (["tab.first_title", "tab.first_text"] as const)
        : (["tab.empty_title", "tab.empty_text"] as const);
      this.list.element.hidden = true;
      const shown = message(
        isFirst ? "company" : "search",
        say(title),
        say(text, { percent: Math.trunc((this.readSoFar ?? 0) * 100) }),
      );
      fill(this.empty, shown);
      if (isFirst) {
        window.setTimeout(() => shown === this.empty.firstElementChild && void this.reload(), READS_ON);
      }
    }
  }

  private fail(error: unknown): void {
    const failure = toFailure(error);
    const retry = () => void (this.store.views.length > 0 ? this.reload() : this.start());
    const signIn = () => void this.host.signIn.askPerson().then(retry, (next: unknown) => this.fail(next));
    this.list.element.hidden = true;
    this.count.textContent = "";
    const failureShown = failureView(failure, needsPerson(failure) ? signIn : retry, this.adminLink);
    fill(this.empty, failureShown);
    const again = () => failureShown === this.empty.firstElementChild && retry();
    this.whenOnline(failure, again);
    if (!needsPerson(failure)) {
      window.setTimeout(again, Math.min(60_000, 5_000 * 2 ** this.failures));
      this.failures += 1;
    }
  }

  /** The next rows could not be read: those that are there stay, and the list goes on when it can. */
  private pause(error: unknown): void {
    const failure = toFailure(error);
    const resume = () => this.list.resume();
    this.toast.say(say(`failure_${failure.kind}_title`), { label: say("try_again"), run: resume });
    this.whenOnline(failure, resume);
  }

  private whenOnline(failure: Failure, retry: () => void): void {
    if (failure.kind === "offline") {
      window.addEventListener("online", retry, { once: true });
    }
  }

  private setRefining(isOpen: boolean): void {
    this.refine.hidden = !isOpen;
    this.toolbar.setRefining(isOpen);
    if (isOpen) {
      this.form.show(this.filter, this.people);
      this.saving.show(this.view, this.filter);
    }
  }

  private async saveNew(name: string): Promise<void> {
    const saved = await this.store.add(name, this.filter);
    if (saved) {
      this.saving.clear();
      await this.open(saved);
      this.toast.say(say("tab.saved", { name }));
    }
  }

  private async saveChanges(view: View): Promise<void> {
    const data = { view_id: view.view_id, filter: asJson(this.filter), view_version: view.version };
    if (await this.store.tell("view.set_filter", data)) {
      await this.reopen(view.view_id);
      this.toast.say(say("tab.saved", { name: view.name }));
    }
  }

  private async reopen(id: number | null): Promise<void> {
    await this.store.load();
    const view = this.store.find(id) ?? this.store.views[0];
    if (view) {
      await this.open(view);
    }
  }

  private menu(): MenuItem[] {
    const own = this.view ? listViewActions(this.view, this.store.views, this.changes) : [];
    const hidden = this.store.hidden.map((view): MenuItem => {
      const show = () => this.changes.change("view.unhide", view);
      return { label: say("tab.hidden_views", { name: view.name }), icon: "refresh", run: show };
    });
    const exports = (["xlsx", "csv"] as const).map((format): MenuItem => {
      return {
        label: say(`tab.export_${format}`),
        icon: "download",
        run: () => void this.store.export(this.filter, format),
      };
    });
    return [...own, ...hidden, ...exports];
  }
}
