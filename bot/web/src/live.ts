/**
 * Hears from the service that something was changed elsewhere (`GET /api/changes`, server-sent events, read by hand since
 * an `EventSource` carries no token). Where a proxy keeps the stream to itself the page goes on without, and says nothing.
 */

import type { Settings } from "./settings";
import type { SignIn } from "./sign_in";

/** What was changed, by its number; null where anything may have been while nobody listened. */
export type Touched = { of: "company" | "contact" | "view"; id: number } | null;

/** The event of a window whose page heard of a change. */
export const CHANGED = "carnet-changed";

const FIRST_WORD = 10_000;
const SHORTEST = 1_000;
const LONGEST = 60_000;
/** Milliseconds for which a page that is out of sight goes on listening. */
const OUT_OF_SIGHT = 30_000;

/**
 * Call `hear` for every change until the page is left; a page out of sight is silent, and looks again when it is seen.
 *
 * It hears once (`null`) as soon as it listens: what was changed after the page had read and before that, nobody tells.
 */
export function followChanges(settings: Settings, signIn: SignIn, hear: (touched: Touched) => void): void {
  let pause = SHORTEST;
  let isLate = true;
  let running: AbortController | undefined;
  let timer = 0;
  let hiding = 0;

  async function listen(): Promise<void> {
    const run = (running = new AbortController());
    try {
      await read(run);
      pause = SHORTEST;
    } catch {
      pause = Math.min(LONGEST, pause * 2);
    }
    if (run === running) {
      isLate = true;
      timer = window.setTimeout(() => void listen(), pause);
    }
  }

  async function read(run: AbortController): Promise<void> {
    const silence = window.setTimeout(() => run.abort(), FIRST_WORD);
    const headers = { Authorization: `Bearer ${await signIn.getSilently()}`, Accept: "text/event-stream" };
    const options = { headers, signal: run.signal, credentials: "omit", cache: "no-store", redirect: "error" } as const;
    const response = await fetch(`/api/changes?surface=${settings.surface}`, options);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (!response.ok || !reader) {
      pause = LONGEST / 2;
      throw new Error(String(response.status));
    }
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      window.clearTimeout(silence);
      if (done) {
        return;
      }
      if (isLate) {
        isLate = false;
        hear(null);
      }
      const parts = (rest + value).split("\n\n");
      rest = parts.pop() ?? "";
      parts.filter((part) => part.startsWith("data: ")).forEach((part) => hear(JSON.parse(part.slice(6)) as Touched));
    }
  }

  function stop(): void {
    window.clearTimeout(timer);
    const run = running;
    running = undefined;
    run?.abort();
  }

  document.addEventListener("visibilitychange", () => {
    window.clearTimeout(hiding);
    if (document.hidden) {
      hiding = window.setTimeout(stop, OUT_OF_SIGHT);
    } else if (!running) {
      isLate = true;
      void listen();
    }
  });
  window.addEventListener("online", () => (window.clearTimeout(timer), stop(), void listen()));
  timer = window.setTimeout(() => void listen(), SHORTEST);
}
