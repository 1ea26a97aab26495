import { apply, change, changed } from "./changes";
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
}

export type Choice = "mine" | "theirs";

export interface Rebased {
  readonly operations: Operation[];
  /** Places that do not fit and about which nothing was chosen. */
  readonly open: ClashItem[];
}

/**
 * One's own unsent operations on top of what is there by now. Where both changed a place, `choices` says whose counts;
 * operations of which nothing is left are dropped.
 */
export function rebase(
  base: DraftDocument,
  operations: readonly Operation[],
  choices: ReadonlyMap<string, Choice>,
): Rebased {
  let document = base;
  const made: Operation[] = [];
  const open: ClashItem[] = [];
  for (const operation of operations) {
    const changes: Change[] = [];
    for (const one of operation.changes) {
      const found = read(document, one.place);
      if (same(found, one.after)) continue;
      let fitting: Change | undefined = one;
      if (!same(found, one.before)) {
        const choice = chosen(one.place, choices);
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

function item({ place, before, after }: Change, theirs: Json | undefined): ClashItem {
  return {
    place,
    where: place,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { mine: after }),
    ...(theirs === undefined ? {} : { theirs }),
  };
}
