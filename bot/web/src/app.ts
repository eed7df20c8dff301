/** The page's start: Outlook's pane or the tab, whichever the service says this is. */

import { readSettings } from "./settings";
import { setLocale } from "./texts";

async function start(): Promise<void> {
  const root = document.getElementById("app");
  if (!root) {
    return;
  }
  setLocale(navigator.language);
  if (readSettings().surface === "tab") {
    const { startTab } = await import("./tab/tab");
    await startTab(root);
  } else {
    const { startPane } = await import("./pane");
    await startPane(root);
  }
}

void start();
