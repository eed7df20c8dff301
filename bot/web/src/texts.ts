/** What the page says, from the same catalogues as the bot (`bot/language`), in the reader's language. */

import texts from "./generated/texts.json";

export type TextKey = keyof (typeof texts)["en"];
export type Catalogues = Record<string, Record<string, string | Record<string, string>>>;

const catalogues: Catalogues = texts;
let language = "en";
/** The language as it is written where the reader is: `en-GB` writes dates otherwise than `en-US`. */
let region = "en";

/** Choose the language for a locale such as `fr-CA`; English where it is none of ours. */
export function setLocale(locale: string): void {
  const wanted = locale.toLowerCase().split("-")[0] ?? "";
  language = wanted in catalogues ? wanted : "en";
  region = wanted === language && locale.includes("-") ? locale : language;
  document.documentElement.lang = language;
}

export function currentLanguage(): string {
  return language;
}

/** Say a text of the page, its gaps filled; `count` chooses among plurals. */
export function say(key: TextKey, values: Record<string, string | number> = {}): string {
  return sayFrom(catalogues, key, values);
}

/** Say a text of any catalogue. */
export function sayFrom(from: Catalogues, key: string, values: Record<string, string | number> = {}): string {
  let text = from[language]?.[key] ?? from["en"]?.[key] ?? key;
  if (typeof text !== "string") {
    const form = new Intl.PluralRules(language).select(Number(values["count"]));
    text = text[form] ?? text["other"] ?? key;
  }
  return text.replace(/\{(\w+)\}/g, (gap, name: string) => {
    const value = values[name];
    return value === undefined ? gap : typeof value === "number" ? sayNumber(value) : value;
  });
}

export function sayNumber(value: number): string {
  return new Intl.NumberFormat(language).format(value);
}

const UNITS: [number, Intl.RelativeTimeFormatUnit][] = [
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
];
let ago: [string, Intl.RelativeTimeFormat] | undefined;

const WEEK = 604_800;

/** Say how long ago a time (UTC seconds) is, and the day itself after a week; 0 is not known and says nothing. */
export function sayAgo(at: number, now = Date.now() / 1000): string {
  if (at <= 0) {
    return "";
  }
  if (ago?.[0] !== language) {
    ago = [language, new Intl.RelativeTimeFormat(language, { numeric: "always" })];
  }
  const distance = at - now;
  if (Math.abs(distance) >= WEEK) {
    return writeDay({ day: "numeric", month: "short", year: "numeric" }, at);
  }
  const [seconds, unit] = UNITS.find(([size]) => Math.abs(distance) >= size) ?? [60, "minute"];
  const count = Math.max(1, Math.trunc(Math.abs(distance) / seconds)); // a moment ago is a minute, as the cards say
  return ago[1].format(distance > 0 ? count : -count, unit);
}

/** Say a day (UTC seconds) in full, for a tooltip or a screen reader. */
export function sayDay(at: number): string {
  return at <= 0 ? "" : writeDay({ dateStyle: "long" }, at);
}

/** The first of a month is an ordinal number in French, as on the cards. */
function writeDay(style: Intl.DateTimeFormatOptions, at: number): string {
  const day = new Intl.DateTimeFormat(region, style).format(at * 1000);
  return region.startsWith("fr") ? day.replace(/^1(?= )/, "1er") : day;
}
