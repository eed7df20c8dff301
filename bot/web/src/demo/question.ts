/** Which question draws a card again: a card says so itself, in what it leads to and what leads back to it. */

import type { Card, Data, Json } from "../api";
import type { Question } from "../board";
import { LEADING, READING } from "../generated/verbs";

/** The question that draws a card which somebody's words brought; none where it shows nothing that may change. */
export function questionOf(card: Card): Question | undefined {
  const refresh = (card["refresh"] as Data | undefined)?.["action"] as Data | undefined;
  const backs = listAsked(card).filter(({ verb, data }) => LEADING.has(verb) && data["back"]);
  const places = new Set(backs.map(({ data }) => JSON.stringify(data["back"])));
  if (refresh) {
    return read(refresh["data"] as Data);
  }
  return places.size === 1 ? read(backs[0]?.data["back"] as Data) : companyOf(card);
}

/** The question that draws a card again after a button was pressed on one that `before` drew. */
export function questionAfter(pressed: Question, card: Card, before: Question | undefined): Question | undefined {
  if (READING.has(pressed.verb)) {
    return LEADING.has(pressed.verb) ? pressed : undefined;
  }
  const company = companyOf(card);
  const isSame = before?.verb === "company.open" && before.data["company_id"] === company?.data["company_id"];
  return isSame ? before : company;
}

/** Whether a card says anew what is on the screen; one with an undo stays until its company is another. */
export function isNews(next: Card, shown: Card): boolean {
  const mayUndo = listAsked(shown).some(({ verb }) => verb === "undo");
  return mayUndo ? versionOf(next) !== versionOf(shown) : JSON.stringify(next) !== JSON.stringify(shown);
}

/** The company whose card it is: it may be changed in several ways, where a question asks about one change alone. */
function companyOf(card: Card): Question | undefined {
  const changes = listChanges(card);
  const verbs = new Set(changes.map(({ verb }) => verb));
  const ids = new Set(changes.map(({ data }) => data["company_id"]));
  const [id] = ids;
  const isOne = id !== undefined && ids.size === 1 && verbs.size > 1;
  return isOne ? { verb: "company.open", data: { company_id: id } } : undefined;
}

function versionOf(card: Card): Json | undefined {
  return listChanges(card)[0]?.data["version"];
}

function listChanges(card: Card): Question[] {
  return listAsked(card).filter(({ data }) => data["company_id"] !== undefined && data["version"] !== undefined);
}

/** Everything that can be asked from a card. */
function listAsked(part: Json | undefined): Question[] {
  if (typeof part !== "object" || part === null) {
    return [];
  }
  const inner = Object.entries(part).flatMap(([key, value]) => (key === "fallback" ? [] : listAsked(value)));
  const isAction = !Array.isArray(part) && part["type"] === "Action.Execute";
  return isAction ? [{ verb: String(part["verb"]), data: part["data"] as Data }, ...inner] : inner;
}

function read(data: Data): Question | undefined {
  const verb = String(data["verb"] ?? "");
  return READING.has(verb) ? { verb, data } : undefined;
}
