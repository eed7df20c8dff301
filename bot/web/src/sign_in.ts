/** Access tokens for our own scope: nested app authentication where the host offers it, silent first, then a popup. */

import {
  AuthError,
  createNestablePublicClientApplication,
  InteractionRequiredAuthError,
  type IPublicClientApplication,
} from "@azure/msal-browser";

import { Failure } from "./failures";
import type { Settings } from "./settings";

/** Give a token; `isFresh` asks for a new one, after the service refused the last. */
export type GetToken = (isFresh?: boolean) => Promise<string>;

export interface SignIn {
  getToken: GetToken;
  /** Sign in with a window, which a browser allows only after a click. */
  askPerson: () => Promise<void>;
}

/** AADSTS codes that only an administrator's consent resolves (entra: reference-error-codes). */
const CONSENT = /AADSTS(65001|90094|90095|650052|650056|500011)|consent_required/;

export function createSignIn(settings: Settings, options: { mayPopUp: boolean }): SignIn {
  const request = { scopes: [settings.scope] };
  let starting: Promise<IPublicClientApplication> | undefined;

  const start = () => (starting ??= createApplication(settings));

  async function askPerson(): Promise<void> {
    const application = await start();
    try {
      keepAccount(application, (await application.acquireTokenPopup(request)).account);
    } catch (error) {
      throw explain(error);
    }
  }

  async function getToken(isFresh = false): Promise<string> {
    const application = await start();
    try {
      const account = application.getActiveAccount();
      const silent = { ...request, forceRefresh: isFresh, ...(account && { account }) };
      const result = await application.acquireTokenSilent(silent);
      keepAccount(application, result.account);
      return result.accessToken;
    } catch (error) {
      const failure = explain(error);
      if (failure.kind !== "signed_out" || !options.mayPopUp) {
        throw failure;
      }
      await askPerson();
      return getToken();
    }
  }

  return { getToken, askPerson };
}

/** Tokens stay in memory: nothing of a person's sign-in outlives the page. */
async function createApplication(settings: Settings): Promise<IPublicClientApplication> {
  return createNestablePublicClientApplication({
    auth: {
      clientId: settings.appId,
      authority: settings.authority,
      redirectUri: `${location.origin}/signed-in`,
    },
    cache: { cacheLocation: "memoryStorage" },
    system: { loggerOptions: { piiLoggingEnabled: false, loggerCallback: () => undefined } },
  });
}

function keepAccount(
  application: IPublicClientApplication,
  account: Parameters<IPublicClientApplication["setActiveAccount"]>[0],
): void {
  if (account) {
    application.setActiveAccount(account);
  }
}

/** Translate what MSAL threw into what the page can say and do about it. */
function explain(error: unknown): Failure {
  if (!(error instanceof AuthError)) {
    return new Failure("server");
  }
  const said = `${error.errorCode} ${error.subError} ${error.errorMessage}`;
  if (CONSENT.test(said)) {
    return new Failure("consent");
  }
  if (/user_cancel|access_denied/.test(said)) {
    return new Failure("cancelled");
  }
  if (/no_network|network_error|post_request_failed|NO_NETWORK/.test(said)) {
    return new Failure("offline");
  }
  if (/AADSTS(50105|53000|53001|53002|53003|530003|50158)/.test(said)) {
    return new Failure("blocked");
  }
  if (/popup_window_error|empty_window_error|nested_app_auth_bridge|unsupported/.test(said)) {
    return new Failure("too_old");
  }
  const asksForPerson =
    error instanceof InteractionRequiredAuthError || /no_account|no_tokens_found|timed_out/.test(said);
  return new Failure(asksForPerson ? "signed_out" : "server");
}
