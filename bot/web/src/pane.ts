/** The task pane: who is on the open mail or meeting, and what they are to the firm. */

import { createApi } from "./api";
import { Board } from "./board";
import { PersonInput } from "./cards/person_input";
import { fill } from "./dom";
import { toFailure } from "./failures";
import { Outlook } from "./hosts/outlook";
import { CHANGED, followChanges } from "./live";
import { readSettings } from "./settings";
import { createSignIn } from "./sign_in";
import { say, setLocale } from "./texts";
import { failureView, message, refreshBar } from "./views";
import { adminConsentLink } from "./consent";

export async function startPane(root: HTMLElement): Promise<void> {
  let outlook: Outlook;
  try {
    outlook = await Outlook.connect();
  } catch (error) {
    fill(
      root,
      failureView(toFailure(error), () => location.reload()),
    );
    return;
  }
  setLocale(outlook.locale);
  outlook.followTheme();
  const settings = readSettings();
  const signIn = createSignIn(settings, { mayPopUp: true });
  const api = createApi(settings, signIn.getToken, { locale: () => outlook.locale });
  PersonInput.lookup = async (query) => (await api.ask("people.search", { query })).choices;
  const board = new Board(api, {
    open: (url) => outlook.open(url),
    askPerson: signIn.askPerson,
    adminLink: adminConsentLink(settings),
  });
  fill(
    root,
    board.element,
    refreshBar(() => void board.refresh()),
  );
  root.removeAttribute("aria-busy");
  const follow = createFollower(outlook, board);
  outlook.onItem(() => void follow());
  await follow();
  followChanges(settings, signIn, (touched) => {
    void board.hear(touched);
    window.dispatchEvent(new Event(CHANGED)); // whoever stands around the pane need not listen, too
  });
}

/** Show whatever item is open now; a slower reading of an earlier item ends without a word. */
function createFollower(outlook: Outlook, board: Board): () => Promise<void> {
  let round = 0;
  return async () => {
    const own = (round += 1);
    board.wait();
    const item = await outlook.readItem();
    if (own !== round) {
      return;
    }
    if (item === null) {
      board.place(nothingSelected(board));
    } else if (item.people.length === 0) {
      board.place(message("people", say("no_people_title"), say("no_people_text")));
    } else {
      await board.show({ verb: "pane.item", data: { people: item.people, mode: item.mode } });
    }
  };
}

function nothingSelected(board: Board): HTMLElement {
  const list = () =>
    void board.show({ verb: "list", data: { filter: { version: 1, of: "companies", scope: "mine" } } });
  return message("mail", say("no_item_title"), say("no_item_text"), [
    { label: say("my_companies"), run: list, isQuiet: true },
  ]);
}
