import { apply, change, changed } from "./changes";
import { type Gone, goneAbove } from "./gone";
import { type Change, type DraftDocument, type Json, type Operation, same } from "./model";
import { covers, read } from "./places";

/** A place that two people changed, each without knowing of the other. */
export interface ClashItem {
  readonly place: string;
  /** The place in words. */
  readonly where: string;
  readonly before?: Json;
  readonly mine?: Json;
  readonly theirs?: Json;
  readonly by?: string;
  readonly at?: string;
  /** What the place belonged to and is no more. To keep one's own it has to come back. */
  readonly gone?: { readonly place: string; readonly name: string; readonly where?: string; readonly can_return: boolean };
}

export type Choice = "mine" | "theirs";

export interface Rebased {
  readonly operations: Operation[];
  /** Places that do not fit and about which nothing was chosen. */
  readonly open: ClashItem[];
}

/**
 * One's own unsent operations on top of what is there by now. Where both changed a place, `choices` says whose counts;
 * what one's own belongs to and somebody took away comes back first, by what the server `knows` was done. Operations of
 * which nothing is left are dropped.
 */
export function rebase(
  base: DraftDocument,
  operations: readonly Operation[],
  choices: ReadonlyMap<string, Choice>,
  known: readonly Operation[] = [],
): Rebased {
  const past = known.map((one) => one.changes);
  let document = base;
  const made: Operation[] = [];
  const open: ClashItem[] = [];
  for (const operation of operations) {
    const changes: Change[] = [];
    for (const one of operation.changes) {
      if (same(read(document, one.place), one.after)) continue;
      const choice = chosen(one.place, choices);
      const gone = goneAbove(document, past, one.place);
      if (gone) {
        const canReturn = gone.changes.length > 0;
        if (choice === undefined || (choice === "mine" && !canReturn)) open.push(item(one, undefined, gone));
        if (choice !== "mine" || !canReturn) continue;
        document = apply(document, gone.changes).document;
        made.push(bringBack(gone));
      }
      const found = read(document, one.place);
      let fitting: Change | undefined = one;
      if (!same(found, one.before)) {
        if (choice === undefined) open.push(item(one, found));
        fitting = choice === "mine" ? change(one.place, found, one.after, one.index) : undefined;
      }
      const next = fitting && changed(document, fitting);
      if (fitting && next) {
        document = next;
        changes.push(fitting);
      }
    }
    if (changes.length > 0) made.push({ ...operation, changes });
  }
  return { operations: made, open };
}

function bringBack({ name, changes }: Gone): Operation {
  return { id: crypto.randomUUID(), kind: "do", label: `Bring back “${name}”`, changes };
}

/** The document with all operations that fit; those that do not wait for the server's word. */
export function folded(base: DraftDocument, operations: readonly Operation[]): DraftDocument {
  let document = base;
  for (const { changes } of operations) document = apply(document, changes).document;
  return document;
}

function chosen(place: string, choices: ReadonlyMap<string, Choice>): Choice | undefined {
  const exact = choices.get(place);
  if (exact) return exact;
  for (const [other, choice] of choices) if (covers(place, other)) return choice;
  return undefined;
}

function item({ place, before, after }: Change, theirs: Json | undefined, gone?: Gone): ClashItem {
  return {
    place,
    where: place,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { mine: after }),
    ...(theirs === undefined ? {} : { theirs }),
    ...(gone ? { gone: { place: gone.place, name: gone.name, can_return: gone.changes.length > 0 } } : {}),
  };
}
