/** What the service wrote into the page: where to sign in, and as what. */

export interface Settings {
  surface: "pane" | "tab";
  appId: string;
  scope: string;
  authority: string;
}

export function readSettings(): Settings {
  const { surface, appId, scope, authority } = document.documentElement.dataset;
  return {
    surface: surface === "tab" ? "tab" : "pane",
    appId: appId ?? "",
    scope: scope ?? "",
    authority: authority ?? "",
  };
}
