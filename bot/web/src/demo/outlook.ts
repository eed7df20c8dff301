/**
 * A small Outlook beneath the real pane: the part of Office.js that the page uses, checked against Microsoft's types,
 * and the bridge through which MSAL asks its host for a token.
 *
 * The frame around it (or a test) drives it through `window.demoOutlook`.
 */

export interface DemoItem {
  kind: "read" | "compose" | "meeting" | "organize";
  from: [name: string, address: string] | null;
  to: [name: string, address: string][];
  cc: [name: string, address: string][];
}

interface BridgeRefusal {
  status: string;
  code?: string;
  subError?: string;
  description?: string;
}

export interface DemoOutlook {
  select(item: DemoItem | null): void;
  setTheme(theme: "light" | "dark"): void;
  /** What the next token requests are refused with, silent or with a window; null lets them through again. */
  refuse(silent: BridgeRefusal | null, popup: BridgeRefusal | null): void;
  /** Every method that MSAL called. */
  calls: string[];
}

type Handler = (event: unknown) => void;
type Person = Pick<Office.EmailAddressDetails, "displayName" | "emailAddress">;

const given = new URLSearchParams(location.search);
const handlers = new Map<string, Set<Handler>>();
const refusals: { silent: BridgeRefusal | null; popup: BridgeRefusal | null } = { silent: null, popup: null };
const calls: string[] = [];
const COLORS = { light: "#ffffff", dark: "#292929" } as const;
let theme: keyof typeof COLORS = given.get("theme") === "dark" ? "dark" : "light";

/* Office.js */

const person = ([displayName, emailAddress]: [string, string]): Person => ({ displayName, emailAddress });

function listen(type: unknown, handler: Handler): void {
  const known = handlers.get(String(type)) ?? new Set<Handler>();
  handlers.set(String(type), known.add(handler));
}

function tell(type: string, event: unknown): void {
  handlers.get(type)?.forEach((handler) => handler(event));
}

function recipients(people: [string, string][]): Pick<Office.Recipients, "getAsync"> {
  return {
    getAsync: ((callback: (result: unknown) => void) => {
      window.setTimeout(() => callback({ status: "succeeded", value: people.map(person) }));
    }) as Office.Recipients["getAsync"],
  };
}

function openItem(item: DemoItem): object {
  const addHandlerAsync = (type: unknown, handler: Handler) => listen(type, handler);
  const organizer = item.from && person(item.from);
  switch (item.kind) {
    case "read":
      return {
        itemType: "message",
        from: organizer as Office.EmailAddressDetails,
        sender: organizer as Office.EmailAddressDetails,
        to: item.to.map(person) as Office.EmailAddressDetails[],
        cc: item.cc.map(person) as Office.EmailAddressDetails[],
      } satisfies Partial<Record<keyof Office.MessageRead, unknown>>;
    case "compose":
      return {
        itemType: "message",
        to: recipients(item.to),
        cc: recipients(item.cc),
        bcc: recipients([]),
        addHandlerAsync,
      } satisfies Partial<Record<keyof Office.MessageCompose, unknown>>;
    case "meeting":
      return {
        itemType: "appointment",
        organizer: organizer as Office.EmailAddressDetails,
        requiredAttendees: item.to.map(person) as Office.EmailAddressDetails[],
        optionalAttendees: item.cc.map(person) as Office.EmailAddressDetails[],
      } satisfies Partial<Record<keyof Office.AppointmentRead, unknown>>;
    case "organize":
      return {
        itemType: "appointment",
        organizer: {
          getAsync: (callback: (result: unknown) => void) =>
            callback(organizer ? { status: "succeeded", value: organizer } : { status: "failed" }),
        },
        requiredAttendees: recipients(item.to),
        optionalAttendees: recipients(item.cc),
        addHandlerAsync,
      } satisfies Partial<Record<keyof Office.AppointmentCompose, unknown>>;
  }
}

const mailbox = {
  item: null as unknown,
  addHandlerAsync: (type: unknown, handler: Handler) => listen(type, handler),
} satisfies Partial<Record<keyof Office.Mailbox, unknown>>;

const officeTheme = (): Pick<Office.OfficeTheme, "bodyBackgroundColor"> => ({ bodyBackgroundColor: COLORS[theme] });

const context = {
  displayLanguage: given.get("lang") ?? navigator.language,
  mailbox,
  get officeTheme() {
    return officeTheme();
  },
  requirements: { isSetSupported: () => true },
  ui: { openBrowserWindow: (url: string) => void window.open(url, "_blank", "noopener") },
} satisfies Partial<Record<keyof Office.Context, unknown>>;

const office = {
  onReady: () => Promise.resolve({ host: "Outlook", platform: "OfficeOnline" }),
  context,
  AsyncResultStatus: { Succeeded: "succeeded", Failed: "failed" },
  EventType: {
    ItemChanged: "olkItemSelectedChanged",
    RecipientsChanged: "olkRecipientsChanged",
    OfficeThemeChanged: "officeThemeChanged",
  },
  MailboxEnums: { ItemType: { Message: "message", Appointment: "appointment" } },
} satisfies Partial<Record<keyof typeof Office, unknown>>;

/* The bridge of nested app authentication */

interface BridgeRequest {
  method: string;
  requestId: string;
  tokenParams?: { scope: string };
}

const listeners = new Set<(response: string) => void>();

async function answer(request: BridgeRequest): Promise<object> {
  calls.push(request.method);
  if (request.method === "GetInitContext") {
    return { initContext: { sdkName: "carnet-demo", sdkVersion: "1", accountContext: undefined } };
  }
  const refusal = request.method === "GetTokenPopup" ? refusals.popup : refusals.silent;
  if (refusal) {
    throw refusal;
  }
  if (request.method === "GetTokenPopup") {
    refusals.silent = null;
  }
  const token = await fetchToken();
  const claims = JSON.parse(atob(token.split(".")[1]?.replace(/-/g, "+").replace(/_/g, "/") ?? "")) as Record<
    string,
    string
  >;
  return {
    token: {
      access_token: token,
      id_token: token,
      expires_in: 3000,
      scope: request.tokenParams?.scope,
      properties: null,
    },
    account: {
      environment: "127.0.0.1",
      homeAccountId: `${claims["oid"]}.${claims["tid"]}`,
      tenantId: claims["tid"],
      localAccountId: claims["oid"],
      username: claims["preferred_username"],
      name: claims["name"],
    },
  };
}

async function fetchToken(): Promise<string> {
  const own = (window as unknown as { demoToken?: () => string }).demoToken;
  if (own) {
    return own();
  }
  const response = await fetch(`/demo/token?user=${encodeURIComponent(given.get("user") ?? "")}`);
  return ((await response.json()) as { token: string }).token;
}

const bridge = {
  addEventListener: (_type: string, listener: (response: string) => void) => listeners.add(listener),
  removeEventListener: (_type: string, listener: (response: string) => void) => listeners.delete(listener),
  postMessage: (message: string) => {
    const request = JSON.parse(message) as BridgeRequest;
    const respond = (body: object) => {
      const envelope = JSON.stringify({ messageType: "NestedAppAuthResponse", requestId: request.requestId, ...body });
      listeners.forEach((listener) => listener(envelope));
    };
    answer(request).then(
      (body) => respond({ success: true, ...body }),
      (error: unknown) => respond({ success: false, error }),
    );
  },
};

const demoOutlook: DemoOutlook = {
  select: (item) => {
    mailbox.item = item && openItem(item);
    handlers.delete(office.EventType.RecipientsChanged);
    tell(office.EventType.ItemChanged, {});
  },
  setTheme: (next) => {
    theme = next;
    tell(office.EventType.OfficeThemeChanged, { officeTheme: officeTheme() });
  },
  refuse: (silent, popup) => Object.assign(refusals, { silent, popup }),
  calls,
};

Object.assign(window, { Office: office, nestedAppAuthBridge: bridge, demoOutlook });

/** What a test wrote into the window before this ran. */
const { demoItem, demoRefusals } = window as unknown as { demoItem?: DemoItem | null; demoRefusals?: typeof refusals };
if (demoItem) {
  mailbox.item = openItem(demoItem);
}
Object.assign(refusals, demoRefusals);
