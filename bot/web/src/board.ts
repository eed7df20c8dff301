/**
 * The place where cards are shown: asks, waits, draws, and remembers the way back.
 *
 * Only the newest question may draw: whatever an older one answers, its item is no longer the one on the screen.
 */

import type { Answer, Api, Card, Data } from "./api";
import { renderCard } from "./cards/render";
import { fill, h } from "./dom";
import { toFailure, type Failure } from "./failures";
import { icon } from "./icons";
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
  save?: (name: string, blob: Blob) => void;
}

export interface Question {
  verb: string;
  data: Data;
}

/** Verbs whose answer is a place of its own, with a way back from it. */
const PLACES = /^(company\.open|contact\.open|contact\.explain|list|show|view\.open|pane\.item|help|hello|companies\.sort_out)$/;

export class Board {
  readonly element: HTMLElement;
  private readonly bar: HTMLElement;
  private readonly content: HTMLElement;
  private readonly live: HTMLElement;
  private trail: Question[] = [];
  private running: AbortController | undefined;

  constructor(
    private readonly api: Api,
    private readonly options: BoardOptions,
  ) {
    this.bar = h("div", { class: "board-bar" });
    this.content = h("div", { class: "board-content", tabindex: "-1" });
    this.live = h("p", { class: "visually-hidden", role: "status" });
    this.element = h("div", { class: "board" }, this.bar, this.content, this.live);
  }

  /** Leave everything that was shown, and start again from here. */
  async start(question: Question): Promise<void> {
    this.trail = [];
    await this.show(question);
  }

  /** Show something that needs no question: the old item is gone at once, and what it still answers is not drawn. */
  place(view: HTMLElement): void {
    this.cancel();
    this.trail = [];
    this.drawBar();
    fill(this.content, view);
  }

  wait(): void {
    this.cancel();
    fill(this.content, skeleton());
  }

  /** Ask for a place and go there; the card that is shown makes room at once. */
  async show(question: Question): Promise<void> {
    const run = this.begin();
    fill(this.content, skeleton());
    this.trail.push(question);
    this.drawBar();
    await this.finish(run, question, () => void this.show(this.trail.pop() ?? question));
  }

  private async act(question: Question): Promise<void> {
    if (PLACES.test(question.verb)) {
      await this.show(question);
      this.content.focus();
      return;
    }
    const run = this.begin();
    this.setBusy(true);
    await this.finish(run, question, () => void this.act(question));
    this.setBusy(false);
    this.content.focus();
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

  private async finish(run: AbortController, question: Question, retry: () => void): Promise<void> {
    try {
      const answer = await this.api.ask(question.verb, question.data, { signal: run.signal });
      if (run === this.running) {
        await this.draw(question, answer);
      }
    } catch (error) {
      if (run === this.running) {
        this.drawFailure(toFailure(error), retry);
      }
    }
  }

  private async draw(question: Question, answer: Answer): Promise<void> {
    if (answer.file && question.verb === "export") {
      const { name, verb, data } = answer.file;
      this.options.save?.(name, await this.api.download(verb, data));
      return;
    }
    if (answer.card) {
      this.drawCard(answer.card);
    }
    this.live.textContent = answer.summary;
    this.options.onShown?.(question, answer);
    if (!PLACES.test(question.verb) && answer.status === 200) {
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
    const needsPerson = failure.kind === "signed_out" || failure.kind === "cancelled" || failure.kind === "consent";
    const again = () => {
      if (needsPerson) {
        void this.options.askPerson().then(retry, (error: unknown) => this.drawFailure(toFailure(error), retry));
      } else {
        retry();
      }
    };
    fill(this.content, failureView(failure, again, this.options.adminLink));
    if (failure.kind === "offline") {
      const run = this.running;
      window.addEventListener("online", () => run === this.running && retry(), { once: true });
    }
  }

  private setBusy(isBusy: boolean): void {
    this.element.classList.toggle("is-busy", isBusy);
    this.content.toggleAttribute("inert", isBusy);
    this.content.setAttribute("aria-busy", String(isBusy));
  }

  private drawBar(): void {
    if (this.trail.length < 2) {
      fill(this.bar);
      return;
    }
    fill(
      this.bar,
      h(
        "button",
        { class: "button button-quiet", type: "button", onclick: () => void this.back() },
        icon("back"),
        say("back"),
      ),
    );
  }

  private async back(): Promise<void> {
    this.trail.pop();
    const previous = this.trail.pop();
    if (previous) {
      await this.show(previous);
      this.content.focus();
    }
  }
}
