/**
 * The place where cards are shown: asks, waits, draws. The cards themselves lead back to where one came from.
 *
 * Only the newest question may draw: whatever an older one answers, its item is no longer the one on the screen.
 */

import { isReading, type Answer, type Api, type Card, type Data } from "./api";
import { renderCard } from "./cards/render";
import { fill, h } from "./dom";
import { LEADING } from "./generated/verbs";
import { Failure, needsPerson, toFailure } from "./failures";
import { saveFile } from "./save_file";
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

export class Board {
  readonly element: HTMLElement;
  private readonly content: HTMLElement;
  private readonly live: HTMLElement;
  private running: AbortController | undefined;
  private lastPlace: Question | undefined;

  constructor(
    private readonly api: Api,
    private readonly options: BoardOptions,
  ) {
    this.content = h("div", { class: "board-content", tabindex: "-1" });
    this.live = h("p", { class: "visually-hidden", role: "status" });
    this.element = h("div", { class: "board" }, this.content, this.live);
  }

  /** Show something that needs no question: the old item is gone at once, and what it still answers is not drawn. */
  place(view: HTMLElement): void {
    this.cancel();
    this.live.textContent = "";
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
    if (run === this.running) {
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
    this.setBusy(false);
  }

  private async finish(run: AbortController, question: Question): Promise<void> {
    try {
      const answer = await this.api.ask(question.verb, question.data, { signal: run.signal });
      if (run === this.running) {
        await this.draw(question, answer);
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
    }
  }

  private async draw(question: Question, answer: Answer): Promise<void> {
    if (answer.file && question.verb === "export") {
      const { name, verb, data } = answer.file;
      saveFile(name, await this.api.download(verb, data));
      return;
    }
    if (answer.card) {
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

  private drawFailure(failure: Failure, retry: () => void): void {
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
