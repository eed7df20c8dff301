/** What can be done with a list, as the items of its menu. */

import type { Data } from "../api";
import { say } from "../texts";
import type { View } from "./filter";
import type { MenuItem } from "./menu";
import { isOwn } from "./saving";

export interface ViewActions {
  change: (verb: string, view: View, data?: Data) => void;
  copyLink: (view: View) => void;
  duplicate: (view: View) => void;
  rename: (view: View) => void;
  hide: (view: View) => void;
  remove: (view: View) => void;
}

export function listViewActions(view: View, views: View[], actions: ViewActions): MenuItem[] {
  const at = views.findIndex((candidate) => candidate.view_id === view.view_id);
  const own = isOwn(view);
  const items: (MenuItem | false)[] = [
    { label: say("tab.copy_link"), icon: "link", run: () => actions.copyLink(view) },
    !view.is_default && {
      label: say("tab.set_default"),
      icon: "check",
      run: () => actions.change("view.set_default", view),
    },
    at > 0 && {
      label: say("tab.move_left"),
      icon: "back",
      run: () => actions.change("view.move", view, { to: at - 1 }),
    },
    at < views.length - 1 && {
      label: say("tab.move_right"),
      icon: "forward",
      run: () => actions.change("view.move", view, { to: at + 1 }),
    },
    { label: say("tab.duplicate"), icon: "add", run: () => actions.duplicate(view) },
    own && { label: say("tab.rename"), icon: "pen", run: () => actions.rename(view) },
    own &&
      !view.is_shared && {
        label: say("tab.share_firm"),
        icon: "share",
        run: () => actions.change("view.share", view, { with_firm: true }),
      },
    own &&
      view.is_shared && { label: say("tab.unshare"), icon: "lock", run: () => actions.change("view.unshare", view) },
    { label: say("tab.hide"), icon: "hide", run: () => actions.hide(view) },
    own && { label: say("tab.delete"), icon: "close", isDangerous: true, run: () => actions.remove(view) },
  ];
  return items.filter((item) => item !== false);
}
