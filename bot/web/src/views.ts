/** What is shown when there is no card: waiting, nothing selected, and every failure with what can be done about it. */

import { h } from "./dom";
import { Failure } from "./failures";
import { icon, type IconName } from "./icons";
import { say, type TextKey } from "./texts";

const FAILURES: Record<Failure["kind"], { icon: IconName; action: TextKey | null }> = {
  offline: { icon: "offline", action: "try_again" },
  slow: { icon: "history", action: "try_again" },
  unsure: { icon: "history", action: "look_again" },
  server: { icon: "alert", action: "try_again" },
  signed_out: { icon: "key", action: "sign_in" },
  forbidden: { icon: "lock", action: null },
  consent: { icon: "key", action: "try_again" },
  cancelled: { icon: "key", action: "sign_in" },
  blocked: { icon: "lock", action: "try_again" },
  too_old: { icon: "alert", action: null },
  no_office: { icon: "alert", action: "try_again" },
};

/** Lines where the card will be; they fade in late, so that a quick answer does not flicker. */
export function skeleton(rows = 3): HTMLElement {
  const group = () =>
    h(
      "div",
      { class: "skeleton-group" },
      h("span", { class: "skeleton-line skeleton-title" }),
      h("span", { class: "skeleton-line" }),
      h("span", { class: "skeleton-line skeleton-short" }),
    );
  return h(
    "div",
    { class: "skeleton", role: "status" },
    h("span", { class: "visually-hidden" }, say("loading")),
    ...Array.from({ length: rows }, group),
    h("p", { class: "skeleton-late", "aria-hidden": "true" }, say("still_working")),
  );
}

export interface ViewAction {
  label: string;
  run: () => void;
  isQuiet?: boolean;
}

/** A picture, a sentence, and at most two things to do. */
export function message(picture: IconName, title: string, text: string, actions: ViewAction[] = []): HTMLElement {
  const buttons = actions.map((action) =>
    h(
      "button",
      { class: action.isQuiet ? "button" : "button button-primary", type: "button", onclick: action.run },
      action.label,
    ),
  );
  return h(
    "section",
    { class: "message", "aria-labelledby": "message-title" },
    h("div", { class: "message-picture" }, icon(picture)),
    h("h2", { class: "message-title", id: "message-title", tabindex: "-1" }, title),
    h("p", { class: "message-text" }, text),
    buttons.length > 0 && h("div", { class: "message-actions" }, ...buttons),
  );
}

export function failureView(failure: Failure, retry: () => void, adminLink = ""): HTMLElement {
  const { icon: picture, action } = FAILURES[failure.kind];
  const actions: ViewAction[] = action ? [{ label: say(action), run: retry }] : [];
  const text = failure.sentence || say(`failure_${failure.kind}_text`);
  const view = message(picture, say(`failure_${failure.kind}_title`), text, actions);
  view.setAttribute("role", "alert");
  view.dataset["failure"] = failure.kind;
  if (failure.kind === "consent" && adminLink) {
    view.append(
      h("p", { class: "message-note" }, say("consent_link_text")),
      h(
        "a",
        { class: "message-link", href: adminLink, target: "_blank", rel: "noopener noreferrer" },
        say("consent_link"),
      ),
    );
  }
  return view;
}

/** A quiet button that asks again, for where nobody tells the page of changes. */
export function refreshBar(run: () => void): HTMLElement {
  const label = say("refresh");
  const button = h("button", { class: "button button-quiet", type: "button", onclick: run }, icon("refresh"), label);
  return h("div", { class: "refresh-bar" }, button);
}
