/** When the last interaction was: at any time, so many days ago, or in days of the calendar. */

import { debounce, h } from "../dom";
import { say, type TextKey } from "../texts";
import type { Period } from "./filter";
import { drawSelect, type Option } from "./select";

const PERIODS = ["within", "not_for", "after", "before", "between"] as const;
const NEW = ["within", "after", "between"] as const;
const NAMED = [
  "today",
  "yesterday",
  "this_week",
  "last_week",
  "this_month",
  "last_month",
  "this_quarter",
  "last_quarter",
  "this_year",
  "last_year",
] as const;

/** A field for a time: of the last interaction, or of the first one, which is a time in which something was new. */
export function drawPeriod(
  label: "filter.last" | "filter.first",
  last: Period | undefined,
  change: (last: Period | undefined) => void,
): HTMLElement {
  const days = h("input", {
    class: "input input-short",
    type: "number",
    min: 1,
    max: 36500,
    "aria-label": say("filter.days"),
  });
  const today = new Date().toISOString().slice(0, 10);
  const date = (label: TextKey, value: string) =>
    h("input", { class: "input", type: "date", "aria-label": say(label), value });
  const day = date("filter.day", `${today.slice(0, 8)}01`);
  const until = date("filter.until", today);
  days.value = String(last && "days" in last ? last.days : 90);
  const isMoving = !!last && "day" in last && last.is !== "in" && !/^\d/.test(last.day);
  if (last && "day" in last && /^\d/.test(last.day)) {
    day.value = last.day;
    until.value = last.is === "between" ? last.until : today;
  }
  const daysField = h("span", { class: "field-inline" }, days, say("filter.days"));
  const reveal = (is: string) => {
    daysField.hidden = is !== "within" && is !== "not_for";
    day.hidden = is !== "after" && is !== "before" && is !== "between";
    until.hidden = is !== "between";
  };
  const tell = (is: string) => {
    reveal(is);
    if (is === "within" || is === "not_for") {
      change({ is, days: Math.max(1, Math.trunc(Number(days.value) || 90)) });
    } else if ((is === "after" || is === "before") && day.value) {
      change({ is, day: day.value });
    } else if (is === "between" && day.value && until.value) {
      const [first, end] = [day.value, until.value].sort() as [string, string];
      change({ is, day: first, until: end });
    } else if (is.startsWith("in:")) {
      change({ is: "in", day: is.slice(3) });
    } else if (is === "moving") {
      change(last);
    } else if (!is) {
      change(undefined);
    }
  };
  const options: Option[] = [
    ["", say("filter.any_time")],
    ...(isMoving ? [["moving", sayMoving(last)] as Option] : []),
    ...(label === "filter.last" ? PERIODS : NEW).map((is): Option => [is, say(`filter.${is}`)]),
    ...NAMED.map((name): Option => [`in:${name}`, say(`filter.${name}`)]),
  ];
  const chosen = isMoving ? "moving" : last?.is === "in" ? `in:${last.day}` : (last?.is ?? "");
  const field = drawSelect(label, chosen, options, tell);
  const select = field.querySelector("select");
  const retell = debounce(300, () => tell(select?.value ?? ""));
  days.addEventListener("input", retell);
  day.addEventListener("change", retell);
  until.addEventListener("change", retell);
  reveal(chosen);
  field.append(daysField, day, until);
  return field;
}

/** Say a period that begins or ends with a day that moves with the calendar: `Since last month`. */
function sayMoving(period: Period): string {
  const day = "day" in period ? period.day : "";
  return `${say(`filter.${period.is}` as TextKey)} ${say(`filter.${day}` as TextKey).toLowerCase()}`;
}
