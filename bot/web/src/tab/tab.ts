/** The personal tab: saved views as tabs, the list, and a company or contact beside it. */

import { createApi } from "../api";
import { PersonInput } from "../cards/person_input";
import { fill } from "../dom";
import { toFailure } from "../failures";
import { connectBrowser } from "../hosts/browser";
import type { TabHost } from "../hosts/tab_host";
import { followChanges } from "../live";
import { readSettings, type Settings } from "../settings";
import { setLocale } from "../texts";
import { failureView } from "../views";
import { Lists } from "./lists";

export async function startTab(root: HTMLElement): Promise<void> {
  const settings = readSettings();
  try {
    const host = await connect(settings);
    setLocale(host.locale);
    const api = createApi(settings, host.signIn.getToken, { locale: () => host.locale });
    PersonInput.lookup = async (query) => (await api.ask("people.search", { query })).choices;
    const lists = new Lists(api, host, settings);
    fill(root, lists.element);
    root.removeAttribute("aria-busy");
    host.ready();
    await lists.start();
    followChanges(settings, host.signIn, (touched) => void lists.hear(touched));
  } catch (error) {
    fill(
      root,
      failureView(toFailure(error), () => location.reload()),
    );
  }
}

/** Teams writes itself into the address (`host=teams` in the manifest); everything else is a plain browser. */
async function connect(settings: Settings): Promise<TabHost> {
  if (new URLSearchParams(location.search).get("host") !== "teams") {
    return connectBrowser(settings);
  }
  const { connectTeams } = await import("../hosts/teams");
  return connectTeams(settings);
}
