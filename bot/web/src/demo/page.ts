/** The demo's page: who I am at the top, Teams on the left, Outlook on the right. */

import { fill, h } from "../dom";
import { icon } from "../icons";
import { setLocale } from "../texts";
import { setTheme } from "../theme";
import { avatar } from "./avatar";
import { Chat } from "./chat";
import { Inbox } from "./inbox";
import { listPeople, sendMail, type Person } from "./service";
import { sayDemo, type DemoKey } from "./texts";

const given = new URLSearchParams(location.search);
const asked = given.get("lang") ?? navigator.language;
let language = asked.startsWith("fr") ? "fr" : "en";
let theme: "light" | "dark" =
  (given.get("theme") ?? (window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark"
    ? "dark"
    : "light";
let people: Person[] = [];
let me: Person | undefined;

const inbox = new Inbox(
  () => ({ locale: locale(), theme }),
  () => void chat.follow(),
);
const chat = new Chat(
  locale,
  () => void inbox.hear(),
  () => ((hasUnread = true), drawTeamsHead()),
);
const lists = h("iframe", { class: "lists-frame", title: "Carnet" });
lists.hidden = true;
const header = h("header", { class: "top" });
const tour = h("nav", { class: "tour" });
const teamsHead = h("div", { class: "window-head is-teams", role: "tablist" });
const outlookHead = h("div", { class: "window-head is-outlook" });
let hasUnread = false;
const GUIDE = "carnet.demo.guide";
/** The steps of the guide that were done, and HIDDEN once it was put away; kept while the page is reloaded. */
const done = new Set<number>(JSON.parse(sessionStorage.getItem(GUIDE) ?? "[]") as number[]);
const HIDDEN = 0;
let view: "chat" | "lists" = "chat";

/** The language of the page as it is written where the person is: dates are no matter of the language alone. */
function locale(): string {
  const known = [given.get("lang"), me?.language, navigator.language];
  return known.find((each) => each?.startsWith(`${language}-`)) ?? language;
}

function draw(): void {
  setLocale(locale());
  setTheme(theme);
  drawHeader();
  drawTour();
  drawTeamsHead();
  fill(
    outlookHead,
    icon("mail"),
    h("h2", {}, sayDemo("outlook")),
    h("span", { class: "window-note" }, sayDemo("inbox")),
  );
  chat.translate();
  inbox.translate();
  for (const element of document.querySelectorAll<HTMLElement>("[data-say]")) {
    element.textContent = sayDemo(element.dataset["say"] as DemoKey);
  }
}

function drawHeader(): void {
  const who = h(
    "select",
    { class: "who-select", id: "who", onchange: () => void become(people.find((person) => person.id === who.value)) },
    ...people.map((person) => h("option", { value: person.id, selected: person.id === me?.id }, person.name)),
  );
  const receive = h(
    "button",
    { class: "button button-primary receive", type: "button", onclick: () => void receiveMail(receive) },
    icon("mail"),
    h("span", {}, sayDemo("receive")),
  );
  const languages = ["en", "fr"].map((code) =>
    h(
      "button",
      {
        class: "segment",
        type: "button",
        "aria-pressed": String(code === language),
        onclick: () => void change(code, theme),
      },
      code.toUpperCase(),
    ),
  );
  const other = theme === "dark" ? "light" : "dark";
  const label = sayDemo(`theme_${other}`);
  fill(
    header,
    h(
      "div",
      { class: "brand" },
      h("span", { class: "brand-mark", "aria-hidden": "true" }),
      h("div", {}, h("h1", {}, sayDemo("title")), h("p", {}, sayDemo("subtitle"))),
    ),
    h("div", { class: "who" }, h("label", { for: "who" }, sayDemo("who")), avatar(me?.name ?? "?", true), who),
    receive,
    h("div", { class: "segments", role: "group", "aria-label": sayDemo("language") }, ...languages),
    h(
      "button",
      {
        class: "button button-quiet button-icon",
        type: "button",
        title: label,
        "aria-label": label,
        onclick: () => void change(language, other),
      },
      icon(theme === "dark" ? "sun" : "moon"),
    ),
  );
}

function note(step: number): void {
  done.add(step);
  sessionStorage.setItem(GUIDE, JSON.stringify([...done]));
  drawTour();
}

function drawTour(): void {
  tour.hidden = done.has(HIDDEN);
  const step = (number: number, title: DemoKey, text: DemoKey, run: () => void) =>
    h(
      "button",
      {
        class: done.has(number) ? "step is-done" : "step",
        type: "button",
        onclick: () => {
          run();
          note(number);
        },
      },
      h("span", { class: "step-number", "aria-hidden": "true" }, done.has(number) ? "✓" : number),
      done.has(number) && h("span", { class: "visually-hidden" }, sayDemo("try_done")),
      h("span", { class: "step-text" }, h("strong", {}, sayDemo(title)), h("span", {}, sayDemo(text))),
    );
  tour.setAttribute("aria-label", sayDemo("try"));
  fill(
    tour,
    step(1, "try_ask", "try_ask_text", () => {
      showTeams("chat");
      void chat.say(sayDemo("try_ask_sentence"));
    }),
    step(2, "try_pane", "try_pane_text", () => inbox.openUnclaimed()),
    step(3, "try_notice", "try_notice_text", () => document.querySelector<HTMLElement>(".receive")?.click()),
    h(
      "button",
      {
        class: "button button-quiet button-icon",
        type: "button",
        "aria-label": sayDemo("try_hide"),
        title: sayDemo("try_hide"),
        onclick: () => note(HIDDEN),
      },
      icon("close"),
    ),
  );
}

function drawTeamsHead(): void {
  const tab = (name: typeof view) =>
    h(
      "button",
      {
        class: "window-tab",
        type: "button",
        role: "tab",
        "aria-selected": String(name === view),
        onclick: () => showTeams(name),
      },
      sayDemo(name),
      name === "chat" && hasUnread && h("span", { class: "unread", role: "img", "aria-label": sayDemo("unread") }),
    );
  fill(teamsHead, h("span", { class: "brand-mark is-small", "aria-hidden": "true" }), tab("chat"), tab("lists"));
  teamsHead.setAttribute("aria-label", sayDemo("teams"));
}

function showTeams(name: typeof view): void {
  view = name;
  hasUnread = hasUnread && name !== "chat";
  chat.element.hidden = name !== "chat";
  lists.hidden = name !== "lists";
  chat.see();
  if (name === "lists" && me) {
    const address = `/demo/tab?user=${encodeURIComponent(me.id)}&locale=${locale()}&theme=${theme}`;
    if (!lists.src.endsWith(address)) {
      lists.title = sayDemo("lists");
      lists.src = address;
    }
  }
  drawTeamsHead();
}

async function become(person: Person | undefined): Promise<void> {
  if (!person) {
    return;
  }
  hasUnread &&= person === me;
  me = person;
  draw();
  showTeams(view);
  await Promise.all([chat.start(person), inbox.start(person)]);
}

async function change(nextLanguage: string, nextTheme: "light" | "dark"): Promise<void> {
  const isOther = nextLanguage !== language;
  language = nextLanguage;
  theme = nextTheme;
  draw();
  inbox.setTheme(theme);
  if (me && isOther) {
    await Promise.all([chat.start(me), inbox.start(me)]);
  }
  showTeams(view);
}

async function receiveMail(button: HTMLButtonElement): Promise<void> {
  if (!me) {
    return;
  }
  button.disabled = true;
  try {
    await sendMail({ user: me.id });
    await inbox.refresh(true);
    note(3);
  } catch {
    chat.tell(sayDemo("receive_failed"));
  } finally {
    button.disabled = false;
  }
}

async function start(): Promise<void> {
  const root = document.getElementById("demo");
  if (!root) {
    return;
  }
  const left = h("section", { class: "window" }, teamsHead, chat.element, lists);
  const right = h("section", { class: "window is-wide" }, outlookHead, inbox.element);
  fill(root, header, tour, h("div", { class: "windows" }, left, right));
  draw();
  people = await listPeople();
  const wanted = given.get("user");
  const likeMe = people.find((person) => person.language?.startsWith(language));
  await become(people.find((person) => person.id === wanted) ?? likeMe ?? people[0]);
}

void start();
