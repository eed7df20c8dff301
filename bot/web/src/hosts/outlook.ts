/** Outlook: the open item and its people, the theme, the language. Everything of Office.js that the page uses. */

import { Failure } from "../failures";
import { followSystem, isDark, setTheme } from "../theme";

export type Mode = "read" | "compose" | "meeting";

export interface OpenItem {
  people: [name: string, address: string][];
  mode: Mode;
}

const SCRIPT = "https://appsforoffice.microsoft.com/lib/1/hosted/office.js";
const PATIENCE = 8_000;
const MOST_PEOPLE = 500;

type Recipients = Office.EmailAddressDetails[];
type Opened = Office.MessageRead | Office.MessageCompose | Office.AppointmentRead | Office.AppointmentCompose;

export class Outlook {
  readonly locale = Office.context.displayLanguage || navigator.language;

  /** Wait until Office.js is there and knows that it is in Outlook. */
  static async connect(): Promise<Outlook> {
    await loadOffice();
    const { host } = await withPatience(Office.onReady(), new Failure("no_office"));
    if (!host || !Office.context?.mailbox) {
      throw new Failure("no_office");
    }
    return new Outlook();
  }

  /** Call back whenever another item is shown in a pinned pane, or its recipients change. */
  onItem(changed: () => void): void {
    const { mailbox } = Office.context;
    const watch = () => {
      const item = mailbox.item as Office.MessageCompose | null;
      item?.addHandlerAsync?.(Office.EventType.RecipientsChanged, changed);
    };
    mailbox.addHandlerAsync(Office.EventType.ItemChanged, () => {
      watch();
      changed();
    });
    watch();
  }

  /** Read everyone on the open item; null where none is selected. */
  async readItem(): Promise<OpenItem | null> {
    const item = Office.context.mailbox.item as unknown as Opened | null;
    if (!item) {
      return null;
    }
    const isMeeting = item.itemType === Office.MailboxEnums.ItemType.Appointment;
    const lists = await (isMeeting ? readMeeting(item) : readMessage(item));
    const people = lists.flat().map(({ displayName, emailAddress }): [string, string] => [displayName, emailAddress]);
    return { people: distinct(people), mode: isMeeting ? "meeting" : isCompose(item) ? "compose" : "read" };
  }

  followTheme(): void {
    const apply = (theme: Office.OfficeTheme | undefined) => {
      if (theme?.bodyBackgroundColor) {
        setTheme(isDark(theme.bodyBackgroundColor) ? "dark" : "light");
      } else {
        followSystem();
      }
    };
    apply(Office.context.officeTheme);
    if (Office.context.requirements.isSetSupported("Mailbox", "1.14")) {
      Office.context.mailbox.addHandlerAsync(
        Office.EventType.OfficeThemeChanged,
        (event: { officeTheme: Office.OfficeTheme }) => apply(event.officeTheme),
      );
    }
  }

  open(url: string): void {
    if (Office.context.ui.openBrowserWindow) {
      Office.context.ui.openBrowserWindow(url);
    } else {
      window.open(url, "_blank", "noopener");
    }
  }
}

function isCompose(item: Opened): boolean {
  return typeof (item as Office.MessageCompose).to?.getAsync === "function";
}

async function readMessage(item: Opened): Promise<Recipients[]> {
  if (isCompose(item)) {
    const { to, cc, bcc } = item as Office.MessageCompose;
    return Promise.all([to, cc, bcc].map(read));
  }
  const { from, sender, to, cc } = item as Office.MessageRead;
  return [[from, sender].filter((person) => Boolean(person)), to ?? [], cc ?? []];
}

async function readMeeting(item: Opened): Promise<Recipients[]> {
  const { organizer, requiredAttendees, optionalAttendees } = item as Office.AppointmentCompose;
  if (typeof requiredAttendees?.getAsync === "function") {
    const guests = await Promise.all([requiredAttendees, optionalAttendees].map(read));
    return [[await readOne(organizer)].filter((person) => person !== null), ...guests];
  }
  const held = item as Office.AppointmentRead;
  return [
    [held.organizer].filter((person) => Boolean(person)),
    held.requiredAttendees ?? [],
    held.optionalAttendees ?? [],
  ];
}

/** A list that cannot be read is an empty one: the others are worth showing all the same. */
function read(recipients: Office.Recipients): Promise<Recipients> {
  return new Promise((resolve) => {
    recipients.getAsync((result) => {
      resolve(result.status === Office.AsyncResultStatus.Succeeded ? result.value : []);
    });
  });
}

function readOne(organizer: Office.Organizer | undefined): Promise<Office.EmailAddressDetails | null> {
  return new Promise((resolve) => {
    if (typeof organizer?.getAsync !== "function") {
      resolve(null);
      return;
    }
    organizer.getAsync((result) => resolve(result.status === Office.AsyncResultStatus.Succeeded ? result.value : null));
  });
}

function distinct(people: [string, string][]): [string, string][] {
  const seen = new Set<string>();
  return people
    .filter(([, address]) => {
      const key = address?.toLowerCase() ?? "";
      return key !== "" && !seen.has(key) && Boolean(seen.add(key));
    })
    .slice(0, MOST_PEOPLE)
    .map(([name, address]) => [name ?? "", address]);
}

/** The page asks for office.js itself, without waiting; where that failed it is asked for once more, and then said. */
async function loadOffice(): Promise<void> {
  const isThere = () => typeof Office !== "undefined" && typeof Office.onReady === "function";
  if (isThere()) {
    return;
  }
  const first = document.querySelector<HTMLScriptElement>(`script[src="${SCRIPT}"]`);
  const wait = (script: HTMLScriptElement) =>
    new Promise<boolean>((resolve) => {
      script.addEventListener("load", () => resolve(true));
      script.addEventListener("error", () => resolve(false));
      window.setTimeout(() => resolve(false), first === script ? PATIENCE / 4 : PATIENCE);
    });
  if (first && ((await wait(first)) || isThere())) {
    return;
  }
  const second = document.createElement("script");
  second.src = SCRIPT;
  document.head.append(second);
  if (!(await wait(second)) && !isThere()) {
    throw new Failure("no_office");
  }
}

function withPatience<T>(promise: Promise<T>, failure: Failure): Promise<T> {
  return Promise.race([promise, new Promise<never>((_, reject) => window.setTimeout(() => reject(failure), PATIENCE))]);
}
