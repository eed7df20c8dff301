/** Microsoft Teams (and Outlook or Microsoft 365 showing the same tab): theme, language, links, sign-in. */

import { app, authentication, nestedAppAuth } from "@microsoft/teams-js";

import { Failure } from "../failures";
import type { Settings } from "../settings";
import { createSignIn, type SignIn } from "../sign_in";
import { setTheme } from "../theme";
import type { TabHost } from "./tab_host";

const ENTITY = "carnet";

export async function connectTeams(settings: Settings): Promise<TabHost> {
  await app.initialize();
  const context = await app.getContext();
  applyTheme(context.app.theme);
  app.registerOnThemeChangeHandler(applyTheme);
  return {
    locale: context.app.locale,
    signIn: nestedAppAuth.isNAAChannelRecommended() ? createSignIn(settings, { mayPopUp: true }) : createTeamsSignIn(),
    place: context.page.subPageId ?? "",
    ready: () => {
      app.notifyAppLoaded();
      app.notifySuccess();
    },
    open: (url) => void app.openLink(url),
    linkTo: (place, label) => {
      const link = new URL(`https://teams.microsoft.com/l/entity/${settings.appId}/${ENTITY}`);
      link.searchParams.set("label", label);
      link.searchParams.set("context", JSON.stringify({ subEntityId: place }));
      return link.href;
    },
  };
}

function applyTheme(theme: string): void {
  setTheme(theme === "dark" ? "dark" : theme === "contrast" ? "contrast" : "light");
}

/** Clients without nested app authentication hand out the tab's token themselves. */
function createTeamsSignIn(): SignIn {
  const getToken = async () => {
    try {
      return await authentication.getAuthToken();
    } catch (error) {
      throw explain(String(error instanceof Error ? error.message : error));
    }
  };
  return {
    getToken,
    getSilently: getToken,
    askPerson: async () => {
      await getToken();
    },
  };
}

function explain(said: string): Failure {
  if (/consent|AADSTS65001|AADSTS90094/i.test(said)) {
    return new Failure("consent");
  }
  if (/cancel/i.test(said)) {
    return new Failure("cancelled");
  }
  return new Failure(/resourceDisabled|blocked/i.test(said) ? "blocked" : "signed_out");
}
