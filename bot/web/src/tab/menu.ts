/** A button with a menu: arrows move, Escape closes, a click elsewhere closes. */

import { h } from "../dom";
import { icon, type IconName } from "../icons";

export interface MenuItem {
  label: string;
  icon: IconName;
  run: () => void;
  isDangerous?: boolean;
}

export function menuButton(label: string, picture: IconName, list: () => MenuItem[]): HTMLElement {
  const button = h(
    "button",
    {
      class: "button button-quiet button-icon",
      type: "button",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-label": label,
      title: label,
    },
    icon(picture),
  );
  const holder = h("div", { class: "menu-holder" }, button);
  let menu: HTMLElement | undefined;

  const close = (returnsFocus: boolean) => {
    menu?.remove();
    menu = undefined;
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", closeOutside);
    if (returnsFocus) {
      button.focus();
    }
  };
  const closeOutside = (event: Event) => {
    if (!holder.contains(event.target as Node)) {
      close(false);
    }
  };
  const open = () => {
    const given = list().sort((one, other) => Number(one.isDangerous ?? false) - Number(other.isDangerous ?? false));
    const items = given.map((item) =>
      h(
        "button",
        {
          class: item.isDangerous ? "menu-item is-dangerous" : "menu-item",
          type: "button",
          role: "menuitem",
          tabindex: -1,
          onclick: () => {
            close(true);
            item.run();
          },
        },
        icon(item.icon),
        item.label,
      ),
    );
    menu = h(
      "div",
      { class: "menu", role: "menu", "aria-label": label, onkeydown: (event: KeyboardEvent) => move(event, items) },
      ...items,
    );
    holder.append(menu);
    button.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", closeOutside);
    items[0]?.focus();
  };
  const move = (event: KeyboardEvent, items: HTMLElement[]) => {
    const at = items.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      items.at(to % items.length)?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.stopPropagation();
      close(event.key === "Escape");
    }
  };
  button.addEventListener("click", () => (menu ? close(true) : open()));
  return holder;
}
