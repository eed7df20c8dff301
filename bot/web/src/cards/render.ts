/** Draw an Adaptive Card, and say which verb was asked for when somebody acts on it. */

import {
  AdaptiveCard,
  Column,
  Container,
  ExecuteAction,
  OpenUrlAction,
  SerializationContext,
  SubmitActionBase,
  type Action,
  type CardElement,
} from "adaptivecards/lib/card-elements";
import { CardObjectRegistry, GlobalRegistry } from "adaptivecards/lib/registry";
import { Versions } from "adaptivecards/lib/serialization";
import { GlobalSettings } from "adaptivecards/lib/shared";
import { Table } from "adaptivecards/lib/table";

import type { Card, Data } from "../api";
import { hostConfig } from "./host_config";
import { safeUrl, toHtml } from "./markdown";
import { PersonInput } from "./person_input";

export interface CardEvents {
  onAsk: (verb: string, data: Data) => void;
  onOpen: (url: string) => void;
}

const TITLE_SIZE = "18px";
const elements = new CardObjectRegistry<CardElement>();
GlobalRegistry.populateWithDefaultElements(elements);
elements.register("Input.ChoiceSet", PersonInput);
elements.register("Table", Table, Versions.v1_5);

/* The words beside a tick box are names as people wrote them. */
GlobalSettings.useMarkdownInRadioButtonAndCheckbox = false;

AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = toHtml(text);
  result.didProcess = true;
};

/**
 * Draw a card; the newest schema is read whatever the card's version, for `choices.data` is newer than 1.5.
 *
 * A coloured box in a column with one text in it is a label (a company's type): it is drawn as one.
 */
export function renderCard(json: Card, events: CardEvents): HTMLElement {
  const card = new AdaptiveCard();
  const context = new SerializationContext(Versions.v1_6);
  const labels: Container[] = [];
  context.setElementRegistry(elements);
  context.onParseElement = (element, source: { style?: string; items?: { type?: string }[] }) => {
    const isAlone = source.items?.length === 1 && source.items[0]?.type === "RichTextBlock";
    if (element instanceof Container && element.parent instanceof Column && source.style && isAlone) {
      labels.push(element);
    }
  };
  card.hostConfig = hostConfig;
  card.onExecuteAction = (action) => void settle(card, action).then((isReady) => isReady && act(card, action, events));
  card.onAnchorClicked = (_element, anchor) => {
    events.onOpen(anchor.href);
    return true;
  };
  card.onElementVisibilityChanged = (element) => queueMicrotask(() => sayExpanded(drawn, element));
  card.parse(json, context);
  const drawn = card.render() ?? document.createElement("div");
  labels.forEach((label) => label.renderedElement?.classList.add("card-label", `card-label-${label.style}`));
  polish(drawn);
  drawn.addEventListener("keydown", saveOnEnter);
  return drawn;
}

/** Whether somebody has a form of a card open, or is in one of its fields. */
export function isBeingFilledIn(holder: HTMLElement): boolean {
  const open = holder.querySelector('.ac-pushButton[aria-expanded="true"]');
  return open !== null || holder.querySelector(":is(input, select):focus") !== null;
}

/** What was typed beside a button is taken for the person it means before the button's action goes out. */
async function settle(card: AdaptiveCard, action: Action): Promise<boolean> {
  const button = action.renderedElement;
  const people = takesInputs(action) ? card.getAllInputs().filter((input) => input instanceof PersonInput) : [];
  const own = people.filter((input) => {
    const row = input.renderedElement?.closest(".ac-columnSet");
    return !row?.querySelector(".ac-pushButton") || row.contains(button ?? null);
  });
  const settled = await Promise.all(own.map((input) => input.settle()));
  return settled.every(Boolean);
}

function takesInputs(action: Action): action is SubmitActionBase {
  return action instanceof SubmitActionBase && action.associatedInputs !== "none";
}

function act(card: AdaptiveCard, action: Action, events: CardEvents): void {
  if (action instanceof ExecuteAction) {
    events.onAsk(action.verb, { ...(action.data as Data | undefined), ...people(card, action) });
  } else if (action instanceof SubmitActionBase) {
    const { verb, ...data } = (action.data ?? {}) as Data;
    events.onAsk(String(verb ?? ""), { ...data, ...people(card, action) });
  } else if (action instanceof OpenUrlAction && safeUrl(action.url ?? "")) {
    events.onOpen(safeUrl(action.url ?? ""));
  }
}

/** The people who were chosen as the action went out: some only then. */
function people(card: AdaptiveCard, action: Action): Data {
  const inputs = takesInputs(action) ? card.getAllInputs() : [];
  const chosen = inputs.filter((input) => input instanceof PersonInput && input.isSet());
  return Object.fromEntries(chosen.map((input) => [input.id ?? "", String((input as PersonInput).value ?? "")]));
}

/** The library says "expanded" of what a button shows; a screen reader listens for it on the button. */
function sayExpanded(card: HTMLElement, element: CardElement): void {
  element.renderedElement?.removeAttribute("aria-expanded");
  for (const button of card.querySelectorAll(`[aria-controls~="${CSS.escape(element.id ?? "")}"]`)) {
    button.setAttribute("aria-expanded", String(element.isVisible));
  }
  if (element.isVisible) {
    element.renderedElement?.scrollIntoView({ block: "nearest" });
    element.renderedElement?.querySelector<HTMLElement>("input, select")?.focus({ preventScroll: true });
  }
}

/** Enter in a field is a click on the button beside it. */
function saveOnEnter(event: KeyboardEvent): void {
  const field = event.target;
  if (event.key === "Enter" && field instanceof HTMLInputElement && !event.defaultPrevented) {
    const button = field.closest(".ac-columnSet")?.querySelector<HTMLElement>(".ac-pushButton");
    if (button) {
      event.preventDefault();
      button.click();
    }
  }
}

/** What the library leaves open for people who cannot see the card: a group of buttons is no menu bar. */
function polish(card: HTMLElement): void {
  card.removeAttribute("tabindex");
  for (const [place, name] of [...card.querySelectorAll<HTMLElement>(".ac-richTextBlock")].entries()) {
    const size = name.querySelector<HTMLElement>(".ac-textRun")?.style.fontSize;
    if (size === TITLE_SIZE) {
      name.setAttribute("role", "heading");
      name.setAttribute("aria-level", place === 0 ? "2" : "3");
    }
  }
  for (const bar of card.querySelectorAll("[role=menubar]")) {
    bar.setAttribute("role", "group");
  }
  for (const item of card.querySelectorAll("[role=menuitem]")) {
    item.setAttribute("role", "button");
  }
  for (const opener of card.querySelectorAll("[aria-controls]")) {
    opener.setAttribute("aria-expanded", "false");
  }
}
