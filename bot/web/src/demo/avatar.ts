/** A person's initials on a colour of their own. */

import { h } from "../dom";

const HUES = 8;

export function avatar(name: string, isSmall = false): HTMLElement {
  const words = name
    .replace(/[^\p{L}\p{N}\s.@-]/gu, "")
    .split(/[\s.@]+/)
    .filter(Boolean);
  const initials = ((words[0]?.[0] ?? "?") + (words.length > 1 ? (words.at(-1)?.[0] ?? "") : "")).toUpperCase();
  let sum = 0;
  for (const character of name) {
    sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  }
  return h("span", { class: `avatar hue-${sum % HUES}${isSmall ? " is-small" : ""}`, "aria-hidden": "true" }, initials);
}
