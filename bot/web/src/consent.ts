/** The page where an administrator agrees for the whole firm (entra: v2-admin-consent). */

import type { Settings } from "./settings";

export function adminConsentLink(settings: Settings): string {
  const link = new URL(`${settings.authority}/v2.0/adminconsent`);
  link.searchParams.set("client_id", settings.appId);
  link.searchParams.set("scope", settings.scope);
  link.searchParams.set("redirect_uri", `${location.origin}/signed-in`);
  return link.href;
}
