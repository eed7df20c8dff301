/** The tab's screen: which list is shown, how it is refined and saved, and what is open beside it. */

import type { Answer, Api, Data } from "../api";
import { Board } from "../board";
import { adminConsentLink } from "../consent";
import { debounce, fill, h } from "../dom";
import { toFailure } from "../failures";
import type { TabHost } from "../hosts/tab_host";
import { icon } from "../icons";
import type { Lookup } from "../people";
import { say, type TextKey } from "../texts";
import { saveFile } from "../save_file";
import type { Settings } from "../settings";
import { failureView, message } from "../views";
import { asJson, emptyFilter, isSame, MY_COMPANIES, readRows, type Filter, type Row, type View } from "./filter";
import { FilterForm } from "./filter_form";
import { List, type Batch } from "./list";
import { menuButton, type MenuItem } from "./menu";
import { Strip } from "./strip";
import { Toast } from "./toast";

const SORTS: [Filter["sort"], TextKey][] = [
  ["last", "filter.sort_last"],
  ["name", "filter.sort_name"],
  ["count", "filter.sort_count"],
];

export class Lists {
  readonly element: HTMLElement;
  private views: View[] = [];
  private hidden: View[] = [];
  private view: View | null = null;
  private filter: Filter = emptyFilter();
  private people: Record<string, string> = {};
  private readonly strip: Strip;
  private readonly list: List;
  private readonly form: FilterForm;
  private readonly board: Board;
  private readonly toast = new Toast();
  private readonly words = h("p", { class: "list-words" });
  private readonly count = h("span", { class: "list-count", role: "status" });
  private readonly search: HTMLInputElement;
  private readonly sort: HTMLSelectElement;
  private readonly reverse: HTMLElement;
  private readonly refine: HTMLElement;
  private readonly refineButton: HTMLElement;
  private readonly saving = h("form", { class: "saving" });
  private readonly panel: HTMLElement;
  private readonly empty = h("div", { class: "list-empty" });
  private readonly side: HTMLElement;
  private place = "";

  constructor(
    private readonly api: Api,
    private readonly host: TabHost,
    settings: Settings,
  ) {
    this.strip = new Strip((view) => void this.open(view), () => this.startNew());
    this.list = new List({
      fetch: (cursor, size, signal) => this.fetch(cursor, size, signal),
      onOpen: (row) => void this.openRow(row),
      onFailure: (error) => this.fail(error),
      onLoaded: (count, hasMore) => this.showCount(count, hasMore),
    });
    this.form = new FilterForm({ lookup: createLookup(api), onChange: (filter) => void this.change(filter) });
    this.board = new Board(api, {
      open: (url) => host.open(url),
      askPerson: host.signIn.askPerson,
      adminLink: adminConsentLink(settings),
      onChanged: () => void this.list.load(this.filter),
    });
    this.search = h("input", {
      class: "input list-search",
      type: "search",
      maxlength: 200,
      placeholder: say("tab.search"),
      "aria-label": say("tab.search"),
      oninput: debounce(200, () => void this.change({ ...this.filter, text: this.search.value.trim() })),
    });
    this.sort = h(
      "select",
      { class: "input list-sort", "aria-label": say("tab.sort"), onchange: () => void this.change({ ...this.filter, ...sortOf(this.sort.value) }) },
      ...SORTS.map(([value, label]) => h("option", { value }, say(label))),
    );
    this.reverse = h(
      "button",
      {
        class: "button button-quiet button-icon",
        type: "button",
        title: say("tab.reverse"),
        "aria-label": say("tab.reverse"),
        onclick: () => void this.change({ ...this.filter, is_ascending: !this.filter.is_ascending }),
      },
      icon("sort"),
    );
    this.refineButton = h(
      "button",
      { class: "button button-quiet", type: "button", "aria-expanded": "false", "aria-controls": "refine", onclick: () => this.toggleRefine() },
      icon("filter"),
      say("tab.refine"),
    );
    this.refine = h("section", { class: "refine", id: "refine", "aria-label": say("filter.title") }, this.form.element, this.saving);
    this.refine.hidden = true;
    this.panel = h(
      "section",
      { class: "list-panel", id: "list-panel", role: "tabpanel" },
      h("div", { class: "toolbar" }, this.search, this.refineButton, h("div", { class: "toolbar-end" }, this.sort, this.reverse, menuButton(say("tab.menu"), "more", () => this.menu()))),
      this.refine,
      h("div", { class: "list-caption" }, this.words, this.count),
      this.list.element,
      this.empty,
    );
    this.side = this.drawSide();
    this.element = h("div", { class: "lists" }, this.strip.element, h("div", { class: "lists-body" }, this.panel, this.side), this.toast.element);
    document.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && this.closeSide());
  }

  async start(): Promise<void> {
    try {
      await this.loadViews();
    } catch (error) {
      this.fail(error);
      return;
    }
    const [kind, id] = this.host.place.split("/");
    const wanted = kind === "view" ? this.views.find((view) => String(view.view_id) === id) : undefined;
    const first = wanted ?? this.views.find((view) => view.is_default) ?? this.views[0];
    const opening = first ? this.open(first) : this.startNew();
    if ((kind === "company" || kind === "contact") && Number(id) > 0) {
      await this.openPlace(kind, Number(id), "");
    }
    await opening;
  }

  private async loadViews(): Promise<void> {
    const answer = await this.api.ask("views.list", { hidden: true });
    const views = (answer.data["views"] as unknown as View[] | undefined) ?? [];
    this.views = views.filter((view) => !view.is_hidden);
    this.hidden = views.filter((view) => view.is_hidden);
  }

  private async open(view: View): Promise<void> {
    this.view = view;
    this.strip.show(this.views, view.view_id);
    this.panel.setAttribute("aria-labelledby", `tab-${view.view_id}`);
    this.toggleRefine(false);
    await this.setFilter(view.filter);
  }

  private startNew(): void {
    this.view = null;
    this.strip.show(this.views, null);
    this.panel.removeAttribute("aria-labelledby");
    void this.setFilter({ ...emptyFilter(), scope: "firm" });
    this.toggleRefine(true);
    this.form.element.querySelector<HTMLElement>("input")?.focus();
  }

  private async setFilter(filter: Filter): Promise<void> {
    this.filter = filter;
    this.search.value = filter.text ?? "";
    this.sort.value = filter.sort;
    this.drawSaving();
    await this.reload();
    if (!this.refine.hidden) {
      this.form.show(this.filter, this.people);
    }
  }

  private async change(filter: Filter): Promise<void> {
    this.filter = filter;
    if (document.activeElement !== this.search) {
      this.search.value = filter.text ?? "";
    }
    this.sort.value = filter.sort;
    this.drawSaving();
    await this.reload();
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
      throw new Error(answer.summary);
    }
    if (cursor === null) {
      this.words.textContent = answer.summary;
      this.people = (answer.data["people"] as Record<string, string> | undefined) ?? {};
    }
    return readRows(answer.data);
  }

  private showCount(count: number, hasMore: boolean): void {
    this.count.textContent = hasMore ? say("tab.rows_more", { count }) : say("tab.rows_loaded", { count });
    if (count === 0) {
      const isFirst = this.view?.view_id === MY_COMPANIES && isSame(this.filter, this.view.filter);
      const [title, text] = isFirst ? (["tab.first_title", "tab.first_text"] as const) : (["tab.empty_title", "tab.empty_text"] as const);
      this.list.element.hidden = true;
      fill(this.empty, message(isFirst ? "company" : "search", say(title), say(text)));
    }
  }

  private fail(error: unknown): void {
    const failure = toFailure(error);
    const needsPerson = failure.kind === "signed_out" || failure.kind === "cancelled" || failure.kind === "consent";
    const retry = () => void (this.views.length > 0 ? this.reload() : this.start());
    const again = () => (needsPerson ? void this.host.signIn.askPerson().then(retry, (next: unknown) => this.fail(next)) : retry());
    this.list.element.hidden = true;
    this.count.textContent = "";
    fill(this.empty, failureView(failure, again));
    if (failure.kind === "offline") {
      window.addEventListener("online", retry, { once: true });
    }
  }

  /* Refining and saving */

  private toggleRefine(isOpen = this.refine.hidden): void {
    this.refine.hidden = !isOpen;
    this.refineButton.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) {
      this.form.show(this.filter, this.people);
      this.drawSaving();
    }
  }

  private drawSaving(): void {
    const { view } = this;
    const isChanged = view === null || !isSame(view.filter, this.filter);
    const name = h("input", { class: "input saving-name", type: "text", required: true, maxlength: 80, placeholder: say("filter.name_hint"), "aria-label": say("filter.name") });
    const previous = this.saving.querySelector<HTMLInputElement>(".saving-name");
    name.value = previous?.value ?? "";
    this.saving.onsubmit = (event) => {
      event.preventDefault();
      void this.saveNew(name.value.trim());
    };
    fill(
      this.saving,
      h("label", { class: "field-label", for: "saving-name" }, say("filter.save_as")),
      h("div", { class: "saving-row" }, name, h("button", { class: "button button-primary", type: "submit" }, icon("save"), say("filter.save"))),
      view?.is_own && !view.is_builtin && isChanged
        ? h("button", { class: "button", type: "button", onclick: () => void this.saveChanges(view) }, say("filter.save_changes", { name: view.name }))
        : null,
      h("p", { class: "saving-error", role: "alert" }),
    );
    name.id = "saving-name";
  }

  private async saveNew(name: string): Promise<void> {
    if (!name) {
      return;
    }
    const before = new Set(this.views.map((view) => view.view_id));
    if (!(await this.tell("view.save", { name, filter: asJson(this.filter) }))) {
      return;
    }
    this.saving.querySelector(".saving-name")?.remove();
    await this.loadViews();
    const saved = this.views.find((view) => !before.has(view.view_id)) ?? this.views.find((view) => view.name === name);
    if (saved) {
      await this.open(saved);
    }
    this.toast.say(say("tab.saved", { name }));
  }

  private async saveChanges(view: View): Promise<void> {
    if (await this.tell("view.set_filter", { view_id: view.view_id, filter: asJson(this.filter), view_version: view.version })) {
      await this.reopen(view.view_id);
      this.toast.say(say("tab.saved", { name: view.name }));
    }
  }

  /** Ask for a change of a view; a refusal is said where it was asked for. */
  private async tell(verb: string, data: Data): Promise<Answer | null> {
    try {
      const answer = await this.api.ask(verb, data);
      if (answer.status === 200) {
        return answer;
      }
      this.complain(answer.summary);
    } catch (error) {
      this.complainOf(error);
    }
    return null;
  }

  private complainOf(error: unknown): void {
    const failure = toFailure(error);
    this.complain(failure.sentence || say(`failure_${failure.kind}_title`));
  }

  private complain(text: string): void {
    const place = this.refine.hidden ? null : this.saving.querySelector(".saving-error");
    if (place) {
      place.textContent = text;
    } else {
      this.toast.say(text);
    }
  }

  private async reopen(id: number | null): Promise<void> {
    await this.loadViews();
    const view = this.views.find((candidate) => candidate.view_id === id) ?? this.views[0];
    if (view) {
      await this.open(view);
    }
  }

  /* The menu of a list */

  private menu(): MenuItem[] {
    const exports: MenuItem[] = [
      { label: say("tab.export_xlsx"), icon: "download", run: () => void this.export("xlsx") },
      { label: say("tab.export_csv"), icon: "download", run: () => void this.export("csv") },
    ];
    const { view } = this;
    if (!view) {
      return exports;
    }
    const at = this.views.findIndex((candidate) => candidate.view_id === view.view_id);
    const change = (verb: string, data: Data = {}) => async () => {
      if (await this.tell(verb, { view_id: view.view_id, ...data })) {
        await this.reopen(view.view_id);
      }
    };
    const items: (MenuItem | false)[] = [
      { label: say("tab.copy_link"), icon: "link", run: () => void this.copyLink(`view/${view.view_id}`, view.name) },
      !view.is_default && { label: say("tab.set_default"), icon: "check", run: change("view.set_default") },
      at > 0 && { label: say("tab.move_left"), icon: "back", run: change("view.move", { to: at - 1 }) },
      at < this.views.length - 1 && { label: say("tab.move_right"), icon: "forward", run: change("view.move", { to: at + 1 }) },
      { label: say("tab.duplicate"), icon: "add", run: () => void this.duplicate(view) },
      view.is_own && !view.is_builtin && { label: say("tab.rename"), icon: "history", run: () => this.rename(view) },
      view.is_own && !view.is_builtin && !view.is_shared && { label: say("tab.share_firm"), icon: "share", run: change("view.share", { with_firm: true }) },
      view.is_own && !view.is_builtin && view.is_shared && { label: say("tab.unshare"), icon: "lock", run: change("view.unshare") },
      { label: say("tab.hide"), icon: "offline", run: () => void this.remove("view.hide", "view.unhide", view, "tab.hidden") },
      view.is_own && !view.is_builtin && { label: say("tab.delete"), icon: "close", isDangerous: true, run: () => void this.remove("view.delete", "view.restore", view, "tab.deleted") },
    ];
    const hidden = this.hidden.map((one): MenuItem => ({
      label: say("tab.hidden_views", { name: one.name }),
      icon: "refresh",
      run: () => void this.tell("view.unhide", { view_id: one.view_id }).then(() => this.reopen(one.view_id)),
    }));
    return [...items.filter((item) => item !== false), ...hidden, ...exports];
  }

  private async duplicate(view: View): Promise<void> {
    const answer = await this.tell("view.duplicate", { view_id: view.view_id });
    if (answer) {
      await this.reopen(Number(answer.data["view_id"]));
    }
  }

  /** Take a view away, and offer it back. */
  private async remove(verb: string, back: string, view: View, text: TextKey): Promise<void> {
    if (!(await this.tell(verb, { view_id: view.view_id }))) {
      return;
    }
    await this.reopen(null);
    const restore = async () => {
      await this.tell(back, { view_id: view.view_id });
      await this.reopen(view.view_id);
    };
    this.toast.say(say(text, { name: view.name }), { label: say("tab.undo"), run: () => void restore() });
  }

  private rename(view: View): void {
    const input = h("input", { class: "input", type: "text", maxlength: 80, value: view.name, "aria-label": say("filter.name") });
    const finish = async () => {
      const name = input.value.trim();
      dialog.close();
      if (name && name !== view.name && (await this.tell("view.rename", { view_id: view.view_id, new_name: name, version: view.version }))) {
        await this.reopen(view.view_id);
      }
    };
    const form = h(
      "form",
      { class: "dialog-form", onsubmit: (event: Event) => (event.preventDefault(), void finish()) },
      h("h2", { class: "message-title" }, say("tab.rename")),
      input,
      h(
        "div",
        { class: "dialog-actions" },
        h("button", { class: "button", type: "button", onclick: () => dialog.close() }, say("cancel")),
        h("button", { class: "button button-primary", type: "submit" }, say("filter.save")),
      ),
    );
    const dialog = h("dialog", { class: "dialog", "aria-label": say("tab.rename"), onclose: () => dialog.remove() }, form);
    this.element.append(dialog);
    dialog.showModal();
    input.select();
  }

  private async export(format: "csv" | "xlsx"): Promise<void> {
    const file = (await this.tell("export", { filter: asJson(this.filter), format }))?.file;
    try {
      if (file) {
        saveFile(file.name, await this.api.download(file.verb, file.data));
      }
    } catch (error) {
      this.complainOf(error);
    }
  }

  /* A company or a contact beside the list */

  private drawSide(): HTMLElement {
    const head = h(
      "div",
      { class: "side-head" },
      h("button", { class: "button button-quiet", type: "button", onclick: () => void this.copyLink(this.place, document.title) }, icon("link"), say("tab.copy_link")),
      h("button", { class: "button button-quiet button-icon", type: "button", "aria-label": say("tab.close_details"), title: say("tab.close_details"), onclick: () => this.closeSide() }, icon("close")),
    );
    const side = h("aside", { class: "side", "aria-label": say("tab.open_details") }, head, this.board.element);
    side.hidden = true;
    return side;
  }

  private async openRow(row: Row): Promise<void> {
    await this.openPlace(this.filter.of === "companies" ? "company" : "contact", row.id, row.name);
  }

  private async openPlace(kind: "company" | "contact", id: number, name: string): Promise<void> {
    this.place = `${kind}/${id}`;
    this.side.hidden = false;
    document.title = name ? `${name} · Carnet` : "Carnet";
    await this.board.show({ verb: `${kind}.open`, data: { [`${kind}_id`]: id } });
  }

  private closeSide(): void {
    if (!this.side.hidden) {
      this.side.hidden = true;
      document.title = "Carnet";
      this.list.element.focus();
    }
  }

  private async copyLink(place: string, label: string): Promise<void> {
    const link = this.host.linkTo(place, label);
    try {
      await navigator.clipboard.writeText(link);
      this.toast.say(say("tab.copied_link"));
    } catch {
      this.showLink(link); // a host may keep the clipboard to itself
    }
  }

  private showLink(link: string): void {
    const input = h("input", { class: "input", type: "text", readonly: true, value: link, "aria-label": say("tab.copy_link") });
    const close = h("button", { class: "button button-primary", type: "button", onclick: () => dialog.close() }, say("close"));
    const dialog = h("dialog", { class: "dialog dialog-form", "aria-label": say("tab.copy_link"), onclose: () => dialog.remove() }, input, close);
    this.element.append(dialog);
    dialog.showModal();
    input.select();
  }
}

function sortOf(value: string): Pick<Filter, "sort" | "is_ascending"> {
  const sort = SORTS.find(([name]) => name === value)?.[0] ?? "last";
  return { sort, is_ascending: sort === "name" };
}

function createLookup(api: Api): Lookup {
  return async (query: string) => (await api.ask("people.search", { query })).choices;
}
