/** Where the tab may be shown, Teams or a plain browser, and what it needs of either. */

import type { SignIn } from "../sign_in";

export interface TabHost {
  locale: string;
  signIn: SignIn;
  /** The place a link led to (`company/12`, `contact/7`, `view/3`), or nothing. */
  place: string;
  /** Say that the page is drawn, so that the host takes its own spinner away. */
  ready(): void;
  open(url: string): void;
  /** A link that leads here again, from a chat or a mail. */
  linkTo(place: string, label: string): string;
}
