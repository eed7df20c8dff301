/** The chat with the bot: what is said, the cards that come back, and the notices that come unasked. */

import type { Card, Json } from "../api";
import type { Question } from "../board";
import { PersonInput } from "../cards/person_input";
import { isBeingFilledIn, renderCard } from "../cards/render";
import { fill, h } from "../dom";
import { icon } from "../icons";
import { avatar } from "./avatar";
import { isNews, questionAfter, questionOf } from "./question";
import { Conversation, listSent, type Activity, type Person } from "./service";
import { sayDemo, type DemoKey } from "./texts";

const CARD = "application/vnd.microsoft.card.adaptive";
const OFFER = "application/vnd.microsoft.teams.card.file.consent";
const FILE = "application/vnd.microsoft.teams.card.file.info";
const SUGGESTIONS: DemoKey[] = ["say_clients", "say_sort_out", "say_help", "say_partner"];
const PERIOD = 1_500;
const SEEN = "carnet-demo-seen-";
/** The card that took a notice's place when somebody acted on it; Teams keeps it, and so does the page. */
const ANSWERED = "carnet-demo-answered-";
/** Notices of before that are shown again. */
const KEPT = 10;

/** Cards that follow what is changed elsewhere: the newest. */
const FOLLOWED = 10;

/** A card, and what draws it again. */
interface Followed {
  card: Card;
  question: Question;
  activity: Activity;
}

/** A message of the bot's that it may change or take away later. */
interface Shown {
  element: HTMLElement;
  body: HTMLElement;
  head: HTMLElement;
}

export class Chat {
  readonly element: HTMLElement;
  private readonly stream = h("div", { class: "stream", role: "log", tabindex: 0 });
  private readonly box: HTMLInputElement;
  private readonly suggestions = h("div", { class: "suggestions" });
  private conversation: Conversation | undefined;
  private person: Person | undefined;
  private heard = 0;
  private readonly shown = new Map<string, Shown>();
  private readonly followed = new Map<HTMLElement, Followed>();
  private isFollowing = false;
  private isBehind = false;
  private timer = 0;
  private actedAt = 0;

  constructor(
    private readonly locale: () => string,
    private readonly onHeard: () => void,
    /** Called where something was said that nobody sees now. */
    private readonly onUnread: () => void,
  ) {
    this.box = h("input", { class: "chat-box", type: "text", autocomplete: "off", maxlength: 2000 });
    const form = h(
      "form",
      {
        class: "composer",
        onsubmit: (event: Event) => {
          event.preventDefault();
          void this.say(this.box.value);
        },
      },
      this.box,
      h(
        "button",
        { class: "composer-send", type: "submit" },
        icon("send"),
        h("span", { class: "visually-hidden", "data-say": "send" }),
      ),
    );
    this.element = h("div", { class: "chat" }, this.stream, this.suggestions, form);
    document.addEventListener("visibilitychange", () => this.see());
  }

  /** Say everything of the page itself once more, in the language chosen now. */
  translate(): void {
    this.box.placeholder = sayDemo("message_box");
    this.box.setAttribute("aria-label", sayDemo("message_box"));
    this.stream.setAttribute("aria-label", sayDemo("chat"));
    const chip = (key: DemoKey) =>
      h("button", { class: "suggestion", type: "button", onclick: () => void this.say(sayDemo(key)) }, sayDemo(key));
    fill(this.suggestions, ...SUGGESTIONS.map(chip));
  }

  /** Begin the chat of a person: a greeting, and the last notices that they were sent before. */
  async start(person: Person): Promise<void> {
    window.clearTimeout(this.timer);
    fill(this.stream);
    this.shown.clear();
    this.followed.clear();
    this.isBehind = false;
    this.person = person;
    const conversation = (this.conversation = new Conversation(person, this.locale));
    PersonInput.lookup = (query) => conversation.search(query);
    const said = await listSent(person, 0).catch(() => []);
    this.heard = said.at(-1)?.number ?? 0;
    const welcome = await this.greet(conversation);
    if (person === this.person) {
      this.show(welcome);
      this.bring(person, said);
      this.listen(person);
    }
  }

  /** The notices of before are there again as they stand now; those that this person has not seen yet are marked. */
  private bring(person: Person, said: Activity[]): void {
    const seen = Number(sessionStorage.getItem(SEEN + person.id) ?? 0);
    const latest = new Map(said.map((activity) => [activity.id, activity]));
    const notices = said.filter((activity) => activity.channelData?.notification !== undefined).slice(-KEPT);
    const isNew = (notice: Activity) => (notice.number ?? 0) > seen;
    for (const notice of notices) {
      this.showMessage(latest.get(notice.id) ?? notice, isNew(notice));
    }
    this.see();
    if (this.isHidden && notices.some(isNew)) {
      this.onUnread();
    }
  }

  private get isHidden(): boolean {
    return document.hidden || this.element.hidden;
  }

  /** Whoever has the chat before them has seen what was said. */
  see(): void {
    if (this.person && !this.isHidden) {
      sessionStorage.setItem(SEEN + this.person.id, String(this.heard));
    }
  }

  /** The bot greets whoever installs it, once; later visits ask for its greeting. */
  private async greet(conversation: Conversation): Promise<Activity[]> {
    try {
      const welcome = await conversation.install();
      return welcome.length > 0 ? welcome : await conversation.say(sayDemo("greeting"));
    } catch {
      return [];
    }
  }

  async say(text: string): Promise<void> {
    const { conversation } = this;
    if (!conversation || !text.trim()) {
      return;
    }
    this.box.value = "";
    const bubble = this.add(h("div", { class: "bubble is-mine" }, text));
    const waiting = this.add(
      h(
        "div",
        { class: "typing", role: "status" },
        h("span", { class: "visually-hidden" }, sayDemo("thinking")),
        h("i"),
        h("i"),
        h("i"),
      ),
    );
    try {
      const answers = await conversation.say(text);
      waiting.remove();
      this.show(answers);
    } catch {
      waiting.remove();
      bubble.remove();
      this.box.value ||= text;
      const again = h(
        "button",
        { class: "button", type: "button", onclick: () => this.sendAgain(note, text) },
        sayDemo("send_again"),
      );
      const note = this.add(h("p", { class: "chat-note" }, sayDemo("chat_failed"), " ", again));
    }
  }

  /**
   * Something was changed elsewhere: the newest cards are asked again one after the other, and no message is added.
   *
   * What a client asks by itself changes neither what is spoken of nor an open question, which stays as it is.
   */
  async follow(): Promise<void> {
    this.isBehind = true;
    if (this.isFollowing) {
      return;
    }
    this.isFollowing = true;
    while (this.isBehind) {
      this.isBehind = false;
      for (const [holder, shown] of [...this.followed].slice(-FOLLOWED)) {
        await this.look(holder, shown);
      }
    }
    this.isFollowing = false;
  }

  private answerWith(holder: HTMLElement, card: Card, activity: Activity, question: Question | undefined): void {
    this.followed.delete(holder); // it is the newest now
    this.drawCard(holder, card, activity, question);
  }

  private async look(holder: HTMLElement, shown: Followed): Promise<void> {
    const { verb, data } = shown.question;
    const answer = await this.conversation?.act(verb, data, shown.activity.id ?? "", "automatic").catch(() => null);
    const isFree = !holder.classList.contains("is-busy") && !isBeingFilledIn(holder);
    if (answer?.card && isFree && this.followed.get(holder) === shown && isNews(answer.card, shown.card)) {
      this.drawCard(holder, answer.card, shown.activity, shown.question);
      keep(shown.activity, answer.card);
    }
  }

  /** Say something of the page's own. */
  tell(text: string): void {
    this.add(h("p", { class: "chat-note" }, text));
  }

  private sendAgain(note: HTMLElement, text: string): void {
    note.remove();
    void this.say(text);
  }

  private listen(person: Person): void {
    this.timer = window.setTimeout(() => {
      void this.hear(person).finally(() => person === this.person && this.listen(person));
    }, PERIOD);
  }

  /** What comes right after somebody did something is an answer, and no notice. */
  private async hearAfter(): Promise<void> {
    this.actedAt = Date.now();
    if (this.person) {
      await this.hear(this.person);
    }
  }

  private async hear(person: Person): Promise<void> {
    const said = await listSent(person, this.heard).catch(() => []);
    if (person !== this.person || said.length === 0) {
      return;
    }
    this.heard = said.at(-1)?.number ?? this.heard;
    this.see();
    if (this.isHidden && said.some((activity) => activity.kind === "sent")) {
      this.onUnread();
    }
    this.show(said, Date.now() - this.actedAt > PERIOD * 2);
    this.onHeard();
  }

  /** Show what was said; what was changed or taken away since is so in its old place. */
  private show(activities: Activity[], isNotice = false): void {
    for (const activity of activities) {
      const old = this.shown.get(activity.id ?? "");
      if (activity.kind === "deleted") {
        old?.element.remove();
      } else if (activity.kind === "updated") {
        if (old) {
          fill(old.body, old.head, ...this.drawContent(activity));
        }
      } else if (activity.type === "message") {
        this.showMessage(activity, isNotice);
      }
    }
  }

  private showMessage(activity: Activity, isNotice: boolean): void {
    const content = activity.kind === "deleted" ? [] : this.drawContent(activity);
    if (content.length > 0) {
      const message = this.message(isNotice, content);
      this.add(message.element);
      if (activity.id) {
        this.shown.set(activity.id, message);
      }
    }
  }

  private drawContent(activity: Activity): HTMLElement[] {
    const drawn = (activity.attachments ?? []).map((attachment) => this.drawAttachment(attachment, activity));
    const cards = drawn.filter((card) => card !== null);
    return cards.length === 0 && activity.text ? [h("div", { class: "bubble" }, activity.text)] : cards;
  }

  private message(isNotice: boolean, content: HTMLElement[]): Shown {
    const time = new Intl.DateTimeFormat(this.locale(), { timeStyle: "short" }).format(new Date());
    const head = h(
      "div",
      { class: "said-head" },
      h("strong", {}, sayDemo("bot")),
      h("time", {}, time),
      isNotice && h("span", { class: "said-new" }, sayDemo("notice")),
    );
    const body = h("div", { class: "said-body" }, head, ...content);
    return { element: h("div", { class: isNotice ? "said is-notice" : "said" }, botAvatar(), body), body, head };
  }

  private drawAttachment(
    attachment: NonNullable<Activity["attachments"]>[number],
    activity: Activity,
  ): HTMLElement | null {
    if (attachment.contentType === CARD) {
      const holder = h("div", { class: "card" });
      const answered = sessionStorage.getItem(nameOf(activity));
      const card = answered === null ? attachment.content : (JSON.parse(answered) as Card);
      if (activity.number === undefined) {
        this.answerWith(holder, card, activity, questionOf(card));
      } else {
        this.drawCard(holder, card, activity, undefined); // a notice: the bot itself draws it again
      }
      return holder;
    }
    if (attachment.contentType === FILE) {
      const link = h(
        "a",
        { class: "file", href: attachment.contentUrl, download: attachment.name },
        icon("download"),
        attachment.name,
      );
      return h("div", { class: "card" }, link);
    }
    return attachment.contentType === OFFER
      ? this.drawOffer(attachment.name ?? "", attachment.content, activity.id ?? "")
      : null;
  }

  private drawCard(holder: HTMLElement, card: Card, activity: Activity, question: Question | undefined): void {
    if (question) {
      this.followed.set(holder, { card, question, activity });
    } else {
      this.followed.delete(holder);
    }
    const act = async (verb: string, data: Record<string, Json>) => {
      holder.classList.add("is-busy");
      try {
        const answer = await this.conversation?.act(verb, data, activity.id ?? "");
        if (answer?.card) {
          this.answerWith(holder, answer.card, activity, questionAfter({ verb, data }, answer.card, question));
          keep(activity, answer.card);
        } else if (answer?.text) {
          this.add(h("p", { class: "chat-note" }, answer.text));
        }
        await this.hearAfter();
      } catch {
        this.add(h("p", { class: "chat-note" }, sayDemo("chat_failed")));
      }
      holder.classList.remove("is-busy");
    };
    fill(
      holder,
      renderCard(card, {
        onAsk: (verb, data) => void act(verb, data),
        onOpen: (url) => void window.open(url, "_blank", "noopener"),
      }),
    );
  }

  private drawOffer(name: string, content: Card, id: string): HTMLElement {
    const answer = async (isAccepted: boolean) => {
      fill(holder, name);
      const context = (isAccepted ? content["acceptContext"] : content["declineContext"]) ?? null;
      await this.conversation?.answerOffer(name, context, isAccepted, id).catch(() => undefined);
      await this.hearAfter();
    };
    const holder = h(
      "div",
      { class: "card" },
      h("p", { class: "offer-text" }, sayDemo("file_offer", { name })),
      h(
        "div",
        { class: "message-actions is-left" },
        h(
          "button",
          { class: "button button-primary", type: "button", onclick: () => void answer(true) },
          sayDemo("accept"),
        ),
        h("button", { class: "button", type: "button", onclick: () => void answer(false) }, sayDemo("decline")),
      ),
    );
    return holder;
  }

  private add<T extends HTMLElement>(element: T): T {
    this.stream.append(element);
    this.stream.scrollTo({ top: element.offsetTop - 12, behavior: "smooth" });
    return element;
  }
}

/** Where a message's answered card is kept: one that the bot changes later is another, and so is one of another demo. */
function nameOf(activity: Activity): string {
  return `${ANSWERED}${activity.id}-${activity.at}`;
}

function keep(activity: Activity, card: Card): void {
  if (activity.number !== undefined) {
    sessionStorage.setItem(nameOf(activity), JSON.stringify(card));
  }
}

function botAvatar(): HTMLElement {
  const own = avatar(sayDemo("bot"), true);
  own.classList.add("is-bot");
  own.replaceChildren();
  return own;
}
