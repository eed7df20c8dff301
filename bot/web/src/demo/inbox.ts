/** Somebody's inbox: the list, the open mail, and the real pane beside it. */

import { fill, h } from "../dom";
import { icon } from "../icons";
import { CHANGED } from "../live";
import { message } from "../views";
import { avatar } from "./avatar";
import type { DemoItem, DemoOutlook } from "./outlook";
import { listItems, listUnclaimed, sendMail, type Item, type Pair, type Person } from "./service";
import { sayDemo } from "./texts";

const LINES = 5;
/** The mails that were answered here; kept while the page is reloaded. */
const ANSWERED = "carnet.demo.replied";

export interface Look {
  locale: string;
  theme: "light" | "dark";
}

export class Inbox {
  readonly element: HTMLElement;
  private readonly list = h("div", {
    class: "mails",
    role: "listbox",
    tabindex: 0,
    onkeydown: (event: KeyboardEvent) => this.press(event),
  });
  private readonly reading = h("article", { class: "reading" });
  private readonly frame = h("iframe", { class: "pane-frame", title: "Carnet" });
  private items: Item[] = [];
  private open: Item | undefined;
  private person: Person | undefined;
  private isReady = false;
  private readonly answered = new Set<string>(JSON.parse(sessionStorage.getItem(ANSWERED) ?? "[]") as string[]);

  constructor(
    private readonly look: () => Look,
    /** Called where the pane heard that something was changed. */
    private readonly onChanged: () => void,
  ) {
    this.frame.addEventListener("load", () => this.prepare());
    this.element = h(
      "div",
      { class: "inbox" },
      this.list,
      this.reading,
      h("div", { class: "pane-holder" }, this.frame),
    );
  }

  /** Show a person's mail, the newest open; the pane starts anew, signed in as them. */
  async start(person: Person): Promise<void> {
    this.person = person;
    this.isReady = false;
    const { locale, theme } = this.look();
    this.frame.title = sayDemo("pane");
    this.list.setAttribute("aria-label", sayDemo("inbox"));
    this.frame.src = `/demo/pane?user=${encodeURIComponent(person.id)}&lang=${locale}&theme=${theme}`;
    this.items = await listItems(person).catch(() => []);
    if (person !== this.person) {
      return;
    }
    this.select(newestMail(this.items) ?? this.items[0]);
  }

  /** Look for new mail; the open one stays open, unless `opensNewest`. */
  async refresh(opensNewest = false): Promise<void> {
    const { person } = this;
    if (!person) {
      return;
    }
    const items = await listItems(person).catch(() => this.items);
    if (person === this.person) {
      this.items = items;
      const newest = newestMail(items);
      this.select(opensNewest ? newest : (items.find((item) => item.id === this.open?.id) ?? newest), opensNewest);
    }
  }

  /** Open the newest mail from a company that has no partner yet. */
  async openUnclaimed(): Promise<void> {
    const domains = this.person ? await listUnclaimed(this.person).catch(() => []) : [];
    const item = this.items.find(
      ({ kind, is_sent, from }) => kind === "mail" && !is_sent && domains.some((domain) => from?.[1].endsWith(domain)),
    );
    if (item) {
      this.select(item);
    }
    this.list.focus();
  }

  setTheme(theme: "light" | "dark"): void {
    this.outlook?.setTheme(theme);
  }

  /** Draw the page's own words again. */
  translate(): void {
    this.draw();
  }

  private get outlook(): DemoOutlook | undefined {
    return (this.frame.contentWindow as unknown as { demoOutlook?: DemoOutlook } | null)?.demoOutlook;
  }

  /** The pane's frame is there: it learns at once which mail is open. */
  private prepare(): void {
    this.isReady = true;
    this.frame.contentWindow?.addEventListener(CHANGED, this.onChanged);
    this.outlook?.select(this.open ? toOutlook(this.open) : null);
  }

  private select(item: Item | undefined, isForced = false): void {
    const isOther = item?.id !== this.open?.id || isForced;
    this.open = item;
    this.draw();
    if (this.isReady && isOther) {
      this.outlook?.select(item ? toOutlook(item) : null);
    }
  }

  private draw(): void {
    fill(this.list, ...this.items.map((item) => this.drawLine(item)));
    this.list.setAttribute("aria-activedescendant", this.open ? `mail-${this.open.id}` : "");
    if (this.open) {
      this.drawMail(this.open);
    } else {
      fill(this.reading, message("mail", sayDemo("no_mail_title"), sayDemo("no_mail_text")));
    }
  }

  private drawLine(item: Item): HTMLElement {
    const who = item.is_sent ? (item.to[0] ?? item.from) : item.from;
    const isOpen = item.id === this.open?.id;
    return h(
      "div",
      {
        class: `mail${item.is_read || isOpen ? "" : " is-unread"}`,
        role: "option",
        id: `mail-${item.id}`,
        "aria-selected": String(isOpen),
        onclick: () => this.select(item),
      },
      avatar(nameOf(who), true),
      h(
        "div",
        { class: "mail-text" },
        h("div", { class: "mail-who" }, h("span", {}, nameOf(who)), h("time", {}, this.sayTime(item.at))),
        h(
          "div",
          { class: "mail-subject" },
          item.kind === "meeting" && icon("calendar"),
          h("span", {}, item.subject ?? sayDemo("no_subject")),
        ),
      ),
    );
  }

  private drawMail(item: Item): void {
    fill(
      this.reading,
      h("h2", { class: "reading-subject" }, item.subject ?? sayDemo("no_subject")),
      h(
        "div",
        { class: "reading-head" },
        avatar(nameOf(item.from)),
        h(
          "div",
          { class: "reading-who" },
          h("strong", {}, nameOf(item.from)),
          h("span", { class: "reading-address" }, item.from?.[1] ?? ""),
          h(
            "span",
            { class: "reading-to" },
            sayDemo("to", { names: item.to.map((pair) => this.sayName(pair)).join(", ") }),
          ),
          item.cc.length > 0 &&
            h(
              "span",
              { class: "reading-to" },
              sayDemo("cc", { names: item.cc.map((pair) => this.sayName(pair)).join(", ") }),
            ),
        ),
        this.mayAnswer(item) && this.drawAnswer(item),
      ),
      h(
        "div",
        { class: "reading-body" },
        ...Array.from({ length: LINES }, () => h("span", { class: "reading-line" })),
        h("p", { class: "reading-note" }, icon("lock"), sayDemo("body_note")),
      ),
    );
  }

  private drawAnswer(item: Item): HTMLElement {
    const isAnswered = this.answered.has(item.id);
    const label = sayDemo(isAnswered ? "answered" : "answer");
    return h(
      "button",
      { class: "button", type: "button", disabled: isAnswered, onclick: () => void this.answer(item) },
      icon("reply"),
      label,
    );
  }

  private async answer(item: Item): Promise<void> {
    if (this.person && item.from) {
      this.answered.add(item.id);
      sessionStorage.setItem(ANSWERED, JSON.stringify([...this.answered]));
      this.drawMail(item);
      await sendMail({
        from: [this.person.name, this.person.mail],
        to: [item.from],
        subject: `Re: ${item.subject ?? ""}`,
      });
    }
  }

  /** What the bot said may be about the open mail: the pane looks at it again, once it was answered. */
  async hear(): Promise<void> {
    await this.refresh();
    if (this.open && this.answered.has(this.open.id)) {
      this.outlook?.select(toOutlook(this.open));
    }
  }

  /** Mail from outside is answered; colleagues are spoken to. */
  private mayAnswer(item: Item): boolean {
    const domain = this.person?.mail.split("@")[1] ?? "";
    return item.kind === "mail" && !item.is_sent && item.from !== null && !item.from[1].endsWith(domain);
  }

  private sayName(pair: Pair): string {
    return pair[1] === this.person?.mail ? sayDemo("me") : nameOf(pair);
  }

  private sayTime(at: number): string {
    const date = new Date(at * 1000);
    const isToday = date.toDateString() === new Date().toDateString();
    const style: Intl.DateTimeFormatOptions = isToday ? { timeStyle: "short" } : { day: "numeric", month: "short" };
    return at > 0 ? new Intl.DateTimeFormat(this.look().locale, style).format(date) : "";
  }

  private press(event: KeyboardEvent): void {
    const at = this.items.findIndex((item) => item.id === this.open?.id);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: this.items.length - 1 }[event.key];
    const item = to === undefined ? undefined : this.items[to];
    if (item) {
      event.preventDefault();
      this.select(item);
      document.getElementById(`mail-${item.id}`)?.scrollIntoView({ block: "nearest" });
    }
  }
}

/** The newest mail that was received; meetings to come stand above it. */
function newestMail(items: Item[]): Item | undefined {
  return items.find((item) => item.kind === "mail" && !item.is_sent);
}

function nameOf(pair: Pair | null | undefined): string {
  return pair ? pair[0] || pair[1] : "";
}

function toOutlook(item: Item): DemoItem {
  return { kind: item.kind === "meeting" ? "meeting" : "read", from: item.from, to: item.to, cc: item.cc };
}
