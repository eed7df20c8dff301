/** What the demo's page asks for: the bot's public endpoint, and the small Microsoft 365. */

import type { Card, Choice, Data, Json } from "../api";

export interface Person {
  id: string;
  name: string;
  mail: string;
  language?: string | null;
}

export type Pair = [name: string, address: string];

export interface Item {
  id: string;
  kind: "mail" | "meeting";
  subject: string | null;
  from: Pair | null;
  to: Pair[];
  cc: Pair[];
  at: number;
  is_sent: boolean;
  is_read: boolean;
}

export interface Activity {
  id?: string;
  type: string;
  text?: string;
  attachments?: { contentType: string; content: Card; name?: string; contentUrl?: string }[];
  kind?: string;
  /** Teams' own data: a notice asks for a notification. */
  channelData?: { notification?: unknown };
  at?: number;
  /** Its place among everything that the bot said unasked. */
  number?: number;
}

const { tenant = "", serviceUrl = "", appId = "" } = document.documentElement.dataset;
const CARD = "application/vnd.microsoft.card.adaptive";

async function getJson<T>(path: string): Promise<T> {
  const response = await fetch(path, { cache: "no-store" });
  if (!response.ok) {
    throw new Error(`${response.status}`);
  }
  return (await response.json()) as T;
}

export function listPeople(): Promise<Person[]> {
  return getJson("/demo/users");
}

export function listItems(person: Person): Promise<Item[]> {
  return getJson(`/demo/inbox?user=${encodeURIComponent(person.id)}`);
}

/** What the bot said unasked after that number. */
export function listSent(person: Person, after: number): Promise<Activity[]> {
  return getJson(`/demo/sent?user=${encodeURIComponent(person.id)}&after=${after}`);
}

export async function sendMail(mail: Record<string, Json>): Promise<void> {
  const response = await fetch("/demo/mail", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(mail),
  });
  if (!response.ok) {
    throw new Error(`${response.status}`);
  }
}

/** The domains of a person's companies that have no partner yet. */
export async function listUnclaimed(person: Person): Promise<string[]> {
  const { token } = await getJson<{ token: string }>(`/demo/token?user=${encodeURIComponent(person.id)}`);
  const filter = { version: 1, of: "companies", scope: "mine", partner: "nobody" };
  const response = await fetch("/api/turn", {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: JSON.stringify({ verb: "list.rows", data: { filter, size: 50 } }),
  });
  const { data } = (await response.json()) as { data?: { rows?: { domain: string }[] } };
  return (data?.rows ?? []).map((row) => row.domain);
}

/** A personal chat with the bot, in the words of the Bot Framework. */
export class Conversation {
  constructor(
    private readonly person: Person,
    private readonly locale: () => string,
  ) {}

  /** The person has installed the bot: it learns where it can speak to them. */
  async install(): Promise<Activity[]> {
    return this.post({ type: "installationUpdate", action: "add" });
  }

  async say(text: string): Promise<Activity[]> {
    return this.post({ type: "message", text, textFormat: "plain" });
  }

  /** Press a button of a card, or ask for the card again by itself (`automatic`, as Teams does); gives the card that takes its place, or the sentence of a refusal. */
  async act(
    verb: string,
    data: Data,
    replyToId: string,
    trigger: "manual" | "automatic" = "manual",
  ): Promise<{ card: Card | null; text: string }> {
    const value = { action: { type: "Action.Execute", verb, data }, trigger };
    const answer = await this.invoke("adaptiveCard/action", value, replyToId);
    const isCard = answer["type"] === CARD;
    const said = answer["value"];
    return {
      card: isCard ? (said as Card) : null,
      text: isCard
        ? ""
        : typeof said === "string"
          ? said
          : String((said as Record<string, Json> | undefined)?.["message"] ?? ""),
    };
  }

  async search(query: string): Promise<Choice[]> {
    const value = { kind: "search", queryText: query, queryOptions: { skip: 0, top: 15 }, dataset: "users" };
    const answer = await this.invoke("application/search", value, "");
    return ((answer["value"] as { results?: Choice[] } | undefined)?.results ?? []).map(({ title, value: id }) => ({
      title,
      value: id,
    }));
  }

  /** Take or leave a file; one that is taken goes to a place that the page keeps for it, as OneDrive would be. */
  async answerOffer(name: string, context: Json, isAccepted: boolean, replyToId: string): Promise<void> {
    const uniqueId = crypto.randomUUID();
    const place = `${location.origin}/demo/page/files/${uniqueId}`;
    const uploadInfo = { name, uniqueId, uploadUrl: place, contentUrl: place, fileType: name.split(".").at(-1) ?? "" };
    const value = {
      type: "fileUpload",
      action: isAccepted ? "accept" : "decline",
      context,
      ...(isAccepted && { uploadInfo }),
    };
    await this.invoke("fileConsent/invoke", value, replyToId);
  }

  private async post(activity: Record<string, Json>): Promise<Activity[]> {
    const response = await this.send({ ...activity, deliveryMode: "expectReplies" });
    const body = (await response.json().catch(() => ({}))) as { activities?: Activity[] };
    return body.activities ?? [];
  }

  /** An invoke is answered at once; what the bot says beside it comes through the connector. */
  private async invoke(name: string, value: object, replyToId: string): Promise<Record<string, unknown>> {
    const response = await this.send({ type: "invoke", name, value: value as Json, ...(replyToId && { replyToId }) });
    return (await response.json().catch(() => ({}))) as Record<string, unknown>;
  }

  private async send(activity: Record<string, Json>): Promise<Response> {
    const { id, name } = this.person;
    const response = await fetch("/api/messages", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        id: crypto.randomUUID(),
        timestamp: new Date().toISOString(),
        channelId: "msteams",
        serviceUrl,
        from: { id: `29:${id}`, name, aadObjectId: id },
        recipient: { id: `28:${appId}`, name: "Carnet" },
        conversation: { id: `a:${id}`, conversationType: "personal", tenantId: tenant },
        channelData: { tenant: { id: tenant } },
        locale: this.locale(),
        localTimezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        ...activity,
      }),
    });
    if (!response.ok) {
      throw new Error(`${response.status}`);
    }
    return response;
  }
}
