/** Access tokens for our own scope: nested app authentication where the host offers it, silent first, then a popup. */

import {
  AuthError,
  createNestablePublicClientApplication,
  InteractionRequiredAuthError,
  type IPublicClientApplication,
} from "@azure/msal-browser";

import { Failure, toFailure } from "./failures";
import type { Settings } from "./settings";

/** Give a token; `isFresh` asks for a new one, after the service refused the last. */
export type GetToken = (isFresh?: boolean) => Promise<string>;

export interface SignIn {
  getToken: GetToken;
  /** Give a token if it can be had without a window: for what happens behind a person's back. */
  getSilently: () => Promise<string>;
  /** Sign in with a window, which a browser allows only after a click. */
  askPerson: () => Promise<void>;
}

/** AADSTS codes that only an administrator's consent resolves (entra: reference-error-codes). */
const CONSENT = /AADSTS(65001|90094|90095|650052|650056|500011)|consent_required/;

/** Consent that the person may be able to give in the window. */
const OWN_CONSENT = /AADSTS65001|consent_required/;
/** Milliseconds after which a host that says nothing counts as not answering. */
const PATIENCE = 20_000;

export function createSignIn(settings: Settings, options: { mayPopUp: boolean }): SignIn {
  const request = { scopes: [settings.scope] };
  let starting: Promise<IPublicClientApplication> | undefined;
  let asking: Promise<string> | undefined;
  let refused: Failure | undefined;

  /** A start that failed is tried again the next time. */
  function start(): Promise<IPublicClientApplication> {
    starting ??= createApplication(settings).catch((error: unknown) => {
      starting = undefined;
      throw explain(error);
    });
    return starting;
  }

  /** One window at a time: whoever needs a token meanwhile waits for the same one. */
  function openWindow(): Promise<string> {
    asking ??= signInByWindow().finally(() => {
      asking = undefined;
    });
    return asking;
  }

  async function signInByWindow(): Promise<string> {
    const application = await start();
    try {
      const result = await application.acquireTokenPopup(request);
      keepAccount(application, result.account);
      refused = undefined;
      return result.accessToken;
    } catch (error) {
      refused = explain(error);
      throw refused;
    }
  }

  async function getSilently(isFresh: boolean): Promise<string> {
    const application = await start();
    const account = application.getActiveAccount();
    const silent = application.acquireTokenSilent({ ...request, forceRefresh: isFresh, ...(account && { account }) });
    const result = await withPatience(silent);
    keepAccount(application, result.account);
    return result.accessToken;
  }

  /** Silently, else by a window; one that was refused opens again only when the person asks for it. */
  async function getToken(isFresh = false): Promise<string> {
    try {
      return await getSilently(isFresh);
    } catch (error) {
      const failure = explain(error);
      const mayHelp = failure.kind === "signed_out" || (failure.kind === "consent" && OWN_CONSENT.test(String(error)));
      if (!mayHelp || !options.mayPopUp) {
        throw failure;
      }
      try {
        return await (refused ? Promise.reject(refused) : openWindow());
      } catch (denial) {
        throw failure.kind === "consent" && toFailure(denial).kind === "cancelled" ? failure : denial;
      }
    }
  }

  return { getToken, getSilently: () => getSilently(false), askPerson: async () => void (await openWindow()) };
}

function withPatience<T>(promise: Promise<T>): Promise<T> {
  const silence = new Promise<never>((_, reject) => {
    window.setTimeout(() => reject(new Failure("slow")), PATIENCE);
  });
  return Promise.race([promise, silence]);
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
    return toFailure(error);
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
