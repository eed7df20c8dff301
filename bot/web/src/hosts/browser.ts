/** A plain browser tab: the page opened by its own address. */

import type { Settings } from "../settings";
import { createSignIn } from "../sign_in";
import { followSystem, setTheme, type Theme } from "../theme";
import type { TabHost } from "./tab_host";

export function connectBrowser(settings: Settings): TabHost {
  const given = new URLSearchParams(location.search);
  const theme = given.get("theme");
  if (theme === "light" || theme === "dark" || theme === "contrast") {
    setTheme(theme satisfies Theme);
  } else {
    followSystem();
  }
  return {
    locale: given.get("locale") ?? navigator.language,
    signIn: createSignIn(settings, { mayPopUp: false }),
    place: location.hash.replace(/^#\/?/, ""),
    ready: () => undefined,
    open: (url) => window.open(url, "_blank", "noopener"),
    linkTo: (place) => `${location.origin}${location.pathname}#/${place}`,
  };
}
