/** Everything that can stop the page, each with a name that the views know how to say. */

export type FailureKind =
  | "offline"
  | "slow"
  /** A change was sent, and whether it was made is not known. */
  | "unsure"
  | "server"
  | "signed_out"
  | "forbidden"
  | "consent"
  | "cancelled"
  | "blocked"
  | "too_old"
  | "no_office";

export class Failure extends Error {
  constructor(
    readonly kind: FailureKind,
    /** What the service or the sign-in said about it, fit for a person. */
    readonly sentence = "",
  ) {
    super(kind);
  }
}

export function toFailure(error: unknown): Failure {
  return error instanceof Failure ? error : new Failure("server");
}

/** Say whether only the person can do something about it, in a sign-in window that opens with a click. */
export function needsPerson(failure: Failure): boolean {
  return failure.kind === "signed_out" || failure.kind === "cancelled" || failure.kind === "consent";
}
