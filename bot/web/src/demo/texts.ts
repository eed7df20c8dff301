/** What the demo's own page says. */

import texts from "../generated/demo_texts.json";
import { sayFrom, type Catalogues } from "../texts";

export type DemoKey = keyof (typeof texts)["en"];

export function sayDemo(key: DemoKey, values: Record<string, string | number> = {}): string {
  return sayFrom(texts as Catalogues, key, values);
}
