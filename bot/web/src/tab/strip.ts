/** The row of tabs: the lists everyone has, my own, and "+" for a new one. */

import { fill, h } from "../dom";
import { icon } from "../icons";
import { say } from "../texts";
import type { View } from "./filter";

export class Strip {
  readonly element: HTMLElement;
  private readonly tabs: HTMLElement;
  private buttons: HTMLElement[] = [];

  constructor(
    private readonly choose: (view: View) => void,
    addNew: () => void,
  ) {
    this.tabs = h("div", {
      class: "strip-tabs",
      role: "tablist",
      "aria-label": say("tab.views"),
      onkeydown: (event: KeyboardEvent) => this.press(event),
      onscroll: () => this.fade(),
      onwheel: (event: WheelEvent) => (this.tabs.scrollLeft += event.deltaX === 0 ? event.deltaY : 0),
    });
    new ResizeObserver(() => this.fade()).observe(this.tabs);
    const add = h(
      "button",
      { class: "strip-add", type: "button", title: say("tab.new"), onclick: addNew },
      icon("add"),
      h("span", {}, say("tab.new_short")),
    );
    this.element = h("div", { class: "strip" }, this.tabs, add);
  }

  show(views: View[], selected: number | null): void {
    this.buttons = views.map((view) => {
      const isSelected = view.view_id === selected;
      const isFromOthers = !view.is_own && !view.is_builtin;
      return h(
        "button",
        {
          class: "strip-tab",
          type: "button",
          role: "tab",
          id: `tab-${view.view_id}`,
          "aria-selected": String(isSelected),
          "aria-controls": "list-panel",
          tabindex: isSelected ? 0 : -1,
          title: isFromOthers ? `${view.name} · ${say("tab.shared")}` : view.name,
          onclick: () => this.choose(view),
        },
        h("span", { "data-text": view.name }, view.name),
        isFromOthers && icon("people"),
      );
    });
    if (selected === null) {
      this.buttons[0]?.setAttribute("tabindex", "0");
    }
    fill(this.tabs, ...this.buttons);
    this.buttons
      .find((button) => button.getAttribute("aria-selected") === "true")
      ?.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.fade();
  }

  private fade(): void {
    const { scrollLeft, scrollWidth, clientWidth } = this.tabs;
    this.tabs.classList.toggle("has-before", scrollLeft > 1);
    this.tabs.classList.toggle("has-after", scrollLeft + clientWidth < scrollWidth - 1);
  }

  private press(event: KeyboardEvent): void {
    const at = this.buttons.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      this.buttons.at(to % this.buttons.length)?.focus();
    }
  }
}
