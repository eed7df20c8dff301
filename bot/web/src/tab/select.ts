/** A labelled choice of one among several. */

import { h } from "../dom";
import { say, type TextKey } from "../texts";

/** The value, and what is read. */
export type Option = [value: string, label: string];

export function drawSelect(
  label: TextKey,
  value: string,
  options: Option[],
  choose: (value: string) => void,
): HTMLElement {
  const select = h(
    "select",
    { class: "input", onchange: () => choose(select.value) },
    ...options.map(([option, text]) => h("option", { value: option, selected: option === value }, text)),
  );
  return h(
    "div",
    { class: "field" },
    h("label", { class: "field-stack" }, h("span", { class: "field-label" }, say(label)), select),
  );
}
