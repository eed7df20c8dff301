/** Questions to the service: a verb and its data out, a card back; one silent second try, where that is harmless. */

import { Failure } from "./failures";
import { READING } from "./generated/verbs";
import type { GetToken } from "./sign_in";
import type { Settings } from "./settings";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Data = Record<string, Json>;
export type Card = Record<string, Json>;

export interface Choice {
  title: string;
  value: string;
}

export interface Answer {
  card: Card | null;
  summary: string;
  data: Data;
  choices: Choice[];
  file: { name: string; verb: string; data: Data } | null;
  /** 200, or the status of a refusal that has a card of its own (404, 409, ...). */
  status: number;
}

export interface Api {
  ask(verb: string, data?: Data, options?: { signal?: AbortSignal }): Promise<Answer>;
  download(verb: string, data: Data): Promise<Blob>;
}

const PATIENCE = 20_000;
const PAUSE = 500;

export function isReading(verb: string): boolean {
  return READING.has(verb);
}

export function createApi(settings: Settings, getToken: GetToken, speech: { locale: () => string }): Api {
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;

  async function send(verb: string, data: Data, signal: AbortSignal | undefined, isFresh: boolean): Promise<Response> {
    const token = await getToken(isFresh);
    const timeout = AbortSignal.timeout(PATIENCE);
    try {
      return await fetch("/api/turn", {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
        body: JSON.stringify({ verb, data, locale: speech.locale(), timezone, surface: settings.surface }),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        credentials: "omit",
        cache: "no-store",
        redirect: "error",
      });
    } catch (error) {
      signal?.throwIfAborted();
      throw new Failure(timeout.aborted ? "slow" : "offline");
    }
  }

  /** A refused token is asked for again; a failed read is tried once more; a write never is, it may have been done. */
  async function sendTwice(verb: string, data: Data, signal?: AbortSignal): Promise<Response> {
    const mayRepeat = isReading(verb);
    let response: Response;
    try {
      response = await send(verb, data, signal, false);
    } catch (error) {
      if (!mayRepeat || !(error instanceof Failure) || error.kind !== "offline") {
        throw error;
      }
      await pause(PAUSE, signal);
      return send(verb, data, signal, false);
    }
    if (response.status === 401) {
      return send(verb, data, signal, true);
    }
    if (response.status >= 500 && mayRepeat) {
      await pause(PAUSE, signal);
      return send(verb, data, signal, false);
    }
    return response;
  }

  async function ask(verb: string, data: Data = {}, options: { signal?: AbortSignal } = {}): Promise<Answer> {
    const response = await sendTwice(verb, data, options.signal);
    return read(response);
  }

  async function download(verb: string, data: Data): Promise<Blob> {
    const response = await sendTwice(verb, data);
    if (response.headers.get("Content-Type")?.startsWith("application/json")) {
      await read(response);
    }
    return response.blob();
  }

  return { ask, download };
}

async function read(response: Response): Promise<Answer> {
  let body: Record<string, Json> = {};
  try {
    body = (await response.json()) as Record<string, Json>;
  } catch {
    throw new Failure("server");
  }
  if (!response.ok && !body["card"]) {
    throw new Failure(refusal(response.status), sentence(body));
  }
  return {
    card: (body["card"] as Card | null | undefined) ?? null,
    summary: String(body["summary"] ?? ""),
    data: (body["data"] as Data | undefined) ?? {},
    choices: (body["choices"] as unknown as Choice[] | undefined) ?? [],
    file: (body["file"] as unknown as Answer["file"] | undefined) ?? null,
    status: response.status,
  };
}

function refusal(status: number): Failure["kind"] {
  return status === 401 ? "signed_out" : status === 403 ? "forbidden" : "server";
}

function sentence(body: Record<string, Json>): string {
  const error = body["error"];
  return error && typeof error === "object" && !Array.isArray(error) ? String(error["text"] ?? "") : "";
}

function pause(wait: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = window.setTimeout(resolve, wait);
    signal?.addEventListener("abort", () => {
      window.clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
