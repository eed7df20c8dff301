/** A filter as the service knows it (`storage/lists/filters.py`), and a row of the list it gives. */

import type { Data, Json } from "../api";

/** A day is a date, or one that moves with the calendar (`last_month`). */
export type Period =
  | { is: "within" | "not_for"; days: number }
  | { is: "after" | "before" | "in"; day: string }
  | { is: "between"; day: string; until: string };

export type Partner = number | "me" | "nobody" | "anyone";

export type Colleague = number | "me";

export const MAIL = ["awaits_us", "awaits_them", "theirs", "never_theirs", "only"] as const;
export type Mail = (typeof MAIL)[number];

export interface Filter {
  version: 1 | 2 | 3 | 4 | 5;
  of: "companies" | "contacts";
  scope: "mine" | "firm";
  types?: (string | null)[];
  partner?: Partner | Partner[];
  not_partner?: Colleague[];
  /** All of them know what is listed. */
  known_by?: Colleague | Colleague[];
  not_known_by?: Colleague[];
  not_company?: number[];
  is_met?: boolean;
  company_id?: number;
  last?: Period;
  first?: Period;
  mail?: Mail;
  text?: string;
  sort: "last" | "name" | "count";
  is_ascending: boolean;
}

export const TYPES = ["client", "prospect", "referral_source", "provider", "court", "counterpart"] as const;
export type CompanyType = (typeof TYPES)[number];

export function emptyFilter(): Filter {
  return { version: 1, of: "companies", scope: "mine", sort: "last", is_ascending: false };
}

export interface Row {
  id: number;
  name: string;
  /** The name, or the address of a contact without one, with a mark where letters look like others. */
  shown_name: string;
  /** The main domain of a company. */
  domain?: string;
  address?: string;
  /** The other addresses of the same person, as far as the reader may know. */
  others?: string[];
  type?: CompanyType | null;
  /** Only a company has a partner, and only a contact a company. */
  partner_name?: string | null;
  shown_company?: string;
  interaction_count: number;
  last_at: number;
  is_provisional?: boolean;
}

/** A saved view as this reader has it; the four that everyone has come named in the reader's language. */
export interface View {
  view_id: number;
  name: string;
  filter: Filter;
  is_builtin: boolean;
  is_own: boolean;
  is_default: boolean;
  is_hidden: boolean;
  is_shared: boolean;
  version: number;
}

/** A filter is JSON already; the cast only tells the compiler so. */
export function asJson(filter: Filter): Json {
  return filter as unknown as Json;
}

export function readRows(data: Data): { rows: Row[]; next: string | null } {
  return {
    rows: (data["rows"] as unknown as Row[] | undefined) ?? [],
    next: (data["next"] as string | null | undefined) ?? null,
  };
}

export function isSame(one: Filter, other: Filter): boolean {
  const sorted = (filter: Filter) =>
    JSON.stringify(
      Object.entries(filter)
        .filter(([, value]) => value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0))
        .sort(([first], [second]) => (first < second ? -1 : 1)),
    );
  return sorted(one) === sorted(other);
}
