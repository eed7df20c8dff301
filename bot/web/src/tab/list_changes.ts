/** What the menu does to a list: rename it, share it, move it, take it away and bring it back. */

import type { Data } from "../api";
import type { TabHost } from "../hosts/tab_host";
import { say, type TextKey } from "../texts";
import { askName } from "./dialog";
import type { View } from "./filter";
import { copyLink } from "./links";
import type { Toast } from "./toast";
import type { ViewActions } from "./view_menu";
import type { ViewStore } from "./view_store";

export class ListChanges implements ViewActions {
  constructor(
    private readonly store: ViewStore,
    private readonly host: TabHost,
    private readonly toast: Toast,
    /** Read the lists again and show one of them; the first where it is null. */
    private readonly reopen: (id: number | null) => Promise<void>,
  ) {}

  /** Change a list, and show it as it is then, or the list that came of it. */
  change(verb: string, view: View, data: Data = {}): void {
    void this.tellAndReopen(verb, view, data);
  }

  copyLink(view: View): void {
    void copyLink(this.host, this.toast, `view/${view.view_id}`, view.name);
  }

  duplicate(view: View): void {
    this.change("view.duplicate", view);
  }

  rename(view: View): void {
    void askName(say("tab.rename"), view.name).then((name) => {
      if (name && name !== view.name) {
        this.change("view.rename", view, { new_name: name, version: view.version });
      }
    });
  }

  hide(view: View): void {
    void this.takeAway("view.hide", "view.unhide", view, "tab.hidden");
  }

  remove(view: View): void {
    void this.takeAway("view.delete", "view.restore", view, "tab.deleted");
  }

  private async tellAndReopen(verb: string, view: View, data: Data): Promise<void> {
    const answer = await this.store.tell(verb, { view_id: view.view_id, ...data });
    if (answer) {
      await this.reopen(Number(answer.data["view_id"] ?? view.view_id));
    }
  }

  /** Take a list away, and offer it back. */
  private async takeAway(verb: string, back: string, view: View, text: TextKey): Promise<void> {
    if (await this.store.tell(verb, { view_id: view.view_id })) {
      await this.reopen(null);
      const restore = { label: say("tab.undo"), run: () => this.change(back, view) };
      this.toast.say(say(text, { name: view.name }), restore);
    }
  }
}
