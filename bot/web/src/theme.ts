/** Light, dark or high contrast; the colours are Fluent's, written by the build as one set of variables per theme. */

export type Theme = "light" | "dark" | "contrast";

export function setTheme(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
}

const dark = window.matchMedia("(prefers-color-scheme: dark)");

/** Follow the system's choice, where the host has none of its own. */
export function followSystem(): void {
  const follow = () => setTheme(dark.matches ? "dark" : "light");
  dark.addEventListener("change", follow);
  follow();
}

/** Say whether a colour such as `#292929` is a dark background. */
export function isDark(color: string): boolean {
  const [red = 255, green = 255, blue = 255] = (color.match(/[0-9a-f]{2}/gi) ?? []).map((part) => parseInt(part, 16));
  return red * 0.299 + green * 0.587 + blue * 0.114 < 128;
}
