/** Links of their own for lists, companies and contacts. */

import type { TabHost } from "../hosts/tab_host";
import { say } from "../texts";
import { showText } from "./dialog";
import type { Toast } from "./toast";

/** Put a link on the clipboard; a host that keeps the clipboard to itself gets a window with the link in it. */
export async function copyLink(host: TabHost, toast: Toast, place: string, label: string): Promise<void> {
  const link = host.linkTo(place, label);
  try {
    await navigator.clipboard.writeText(link);
    toast.say(say("tab.copied_link"));
  } catch {
    showText(say("tab.copy_link"), link);
  }
}
