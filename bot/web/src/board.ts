/**
 * The place where cards are shown: asks, waits, draws. The cards themselves lead back to where one came from.
 *
 * Only the newest question may draw: whatever an older one answers, its item is no longer the one on the screen.
 */

import { isReading, type Answer, type Api, type Card, type Data } from "./api";
import { isBeingFilledIn, renderCard } from "./cards/render";
import { fill, h } from "./dom";
import { LEADING } from "./generated/verbs";
import { Failure, needsPerson, toFailure } from "./failures";
import { saveFile } from "./save_file";
import type { Touched } from "./live";
import { say } from "./texts";
import { failureView, skeleton } from "./views";

export interface BoardOptions {
  open: (url: string) => void;
  /** Sign in with a window, after a click. */
  askPerson: () => Promise<void>;
  adminLink: string;
  /** Called after a change, so that a list beside the board can follow. */
  onChanged?: () => void;
  /** Called whenever a question was answered, with the place it leads to. */
  onShown?: (question: Question, answer: Answer) => void;
}

export interface Question {
  verb: string;
  data: Data;
}

/** What is on the screen, and what asks for it again. */
interface Shown {
  place: Question;
  card: string;
  /** The company as it is drawn, where a change of our own put it there. */
  version: unknown;
}

/** Milliseconds after which what failed is asked for again by itself; twice as long each time. */
const COMES_BACK = 5_000;
const LONGEST_PAUSE = 60_000;

export class Board {
  readonly element: HTMLElement;
  private readonly news: HTMLElement;
  private shown: Shown | undefined;
  private readonly content: HTMLElement;
  private readonly live: HTMLElement;
  private running: AbortController | undefined;
  private lastPlace: Question | undefined;
  /** Something was changed while a question was on its way: its answer may be from before. */
  private isBehind = false;

  constructor(
    private readonly api: Api,
    private readonly options: BoardOptions,
  ) {
    this.content = h("div", { class: "board-content", tabindex: "-1" });
    this.live = h("p", { class: "visually-hidden", role: "status" });
    this.news = h("div", { class: "board-news", role: "status" });
    this.element = h("div", { class: "board" }, this.news, this.content, this.live);
  }

  /** Ask for what is shown once more, without a skeleton in between; a failure is tried again. */
  async refresh(): Promise<void> {
    const { shown } = this;
    fill(this.news);
    if (this.content.querySelector("[data-failure]")) {
      this.retry?.();
    } else if (shown) {
      await this.look(shown, true);
    }
  }

  /** Something was changed elsewhere: show it; whoever is filling in a form is told, and not disturbed. */
  async hear(touched: Touched): Promise<void> {
    if (touched?.of === "view") {
      return;
    }
    if (touched === null && this.content.querySelector("[data-failure]")) {
      this.retry?.();
    } else if (this.running) {
      this.isBehind = true;
    } else if (this.shown) {
      await this.look(this.shown, false);
    }
  }

  private async catchUp(): Promise<void> {
    if (this.isBehind && !this.running) {
      this.isBehind = false;
      await this.hear(null);
    }
  }

  private async look(shown: Shown, isForced: boolean): Promise<void> {
    let answer: Answer;
    try {
      answer = await this.api.ask(shown.place.verb, shown.place.data);
    } catch {
      return; // what is shown stays; the next change, or the person, asks again
    }
    const isSame = JSON.stringify(answer.card) === shown.card || versionOf(answer) === (shown.version ?? NaN);
    if (shown !== this.shown || this.running || !answer.card || (isSame && !isForced)) {
      return;
    }
    if (!isForced && isBeingFilledIn(this.content)) {
      const again = h(
        "button",
        { class: "button", type: "button", onclick: () => void this.refresh() },
        say("refresh"),
      );
      fill(this.news, h("p", {}, say("changed_elsewhere")), again);
      return;
    }
    this.keep(shown.place, answer, undefined);
    this.drawCard(answer.card);
    this.live.textContent = answer.summary;
  }

  private keep(place: Question | undefined, answer: Answer, version: unknown): void {
    this.shown = place && answer.card ? { place, card: JSON.stringify(answer.card), version } : undefined;
  }

  /** Show something that needs no question: the old item is gone at once, and what it still answers is not drawn. */
  place(view: HTMLElement): void {
    this.cancel();
    this.shown = undefined;
    this.live.textContent = "";
    fill(this.news);
    fill(this.content, view);
  }

  wait(): void {
    this.place(skeleton());
  }

  /** Ask for a place and go there; what was shown makes room at once. */
  async show(question: Question): Promise<void> {
    this.wait();
    this.lastPlace = question;
    await this.finish(this.begin(), question);
  }

  private async act(question: Question): Promise<void> {
    const isPlace = LEADING.has(question.verb);
    if (isPlace) {
      this.wait();
      this.lastPlace = question;
    }
    const run = this.begin();
    this.setBusy(!isPlace);
    await this.finish(run, question);
    if (!this.running || run === this.running) {
      this.setBusy(false);
      this.content.focus();
    }
  }

  private begin(): AbortController {
    this.cancel();
    this.running = new AbortController();
    return this.running;
  }

  private cancel(): void {
    this.running?.abort();
    this.running = undefined;
    this.isBehind = false;
    this.setBusy(false);
  }

  private async finish(run: AbortController, question: Question): Promise<void> {
    try {
      const answer = await this.api.ask(question.verb, question.data, { signal: run.signal });
      if (run === this.running) {
        await this.draw(question, answer);
        this.running = run === this.running ? undefined : this.running;
        void this.catchUp();
      }
    } catch (error) {
      if (run === this.running) {
        this.fail(question, toFailure(error));
      }
    }
  }

  /** A change without an answer may have been made: one looks how it stands, it is never sent again by itself. */
  private fail(question: Question, failure: Failure): void {
    const isLost = failure.kind === "offline" || failure.kind === "slow";
    if (isLost && !isReading(question.verb)) {
      this.drawFailure(new Failure("unsure"), () => {
        void this.show(this.lastPlace ?? question);
        this.options.onChanged?.();
      });
    } else {
      this.drawFailure(failure, () => void (LEADING.has(question.verb) ? this.show(question) : this.act(question)));
      if (isReading(question.verb) && !needsPerson(failure)) {
        this.comeBack(question);
      }
    }
  }

  /** Ask again by itself, without a word, until there is an answer; what is said stays meanwhile. */
  private comeBack(question: Question, wait = COMES_BACK): void {
    const { running } = this;
    window.setTimeout(() => {
      if (running !== this.running) {
        return;
      }
      this.api.ask(question.verb, question.data).then(
        async (answer) => {
          if (running === this.running) {
            this.running = undefined;
            await this.draw(question, answer);
          }
        },
        () => this.comeBack(question, Math.min(LONGEST_PAUSE, wait * 2)),
      );
    }, wait);
  }

  private async draw(question: Question, answer: Answer): Promise<void> {
    if (answer.file && question.verb === "export") {
      const { name, verb, data } = answer.file;
      saveFile(name, await this.api.download(verb, data));
      return;
    }
    if (answer.card) {
      fill(this.news);
      const isPlace = LEADING.has(question.verb);
      this.keep(isPlace ? question : placeOf(answer), answer, isPlace ? undefined : versionOf(answer));
      this.drawCard(answer.card);
    }
    this.live.textContent = answer.summary;
    this.options.onShown?.(question, answer);
    if (!isReading(question.verb) && answer.status === 200) {
      this.options.onChanged?.();
    }
  }

  private drawCard(card: Card): void {
    const drawn = renderCard(card, {
      onAsk: (verb, data) => void this.act({ verb, data }),
      onOpen: this.options.open,
    });
    fill(this.content, drawn);
  }

  private retry: (() => void) | undefined;

  private drawFailure(failure: Failure, retry: () => void): void {
    this.shown = undefined;
    this.retry = retry;
    const again = () => {
      if (needsPerson(failure)) {
        void this.options.askPerson().then(retry, (error: unknown) => this.drawFailure(toFailure(error), retry));
      } else {
        retry();
      }
    };
    fill(this.content, failureView(failure, again, this.options.adminLink));
    if (failure.kind === "offline" || failure.kind === "unsure") {
      const run = this.running;
      window.addEventListener("online", () => run === this.running && retry(), { once: true });
    }
  }

  private setBusy(isBusy: boolean): void {
    this.element.classList.toggle("is-busy", isBusy);
    this.content.toggleAttribute("inert", isBusy);
    this.content.setAttribute("aria-busy", String(isBusy));
  }
}

/** The company that an answer shows after a change, as a place of its own. */
function placeOf(answer: Answer): Question | undefined {
  const company = answer.data["company"] as { id?: number } | undefined;
  const back = answer.data["back"];
  const data = { company_id: company?.id ?? 0, ...(back && { back }) };
  return company?.id === undefined ? undefined : { verb: "company.open", data };
}

function versionOf(answer: Answer): unknown {
  return (answer.data["company"] as { version?: number } | undefined)?.version;
}
