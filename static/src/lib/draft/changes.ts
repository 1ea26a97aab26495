import { type Change, type Json, type JsonObject, same } from "./model";
import { PlaceError, indexOf, read, written } from "./places";

/** A change that does not hold: something else stands there by now. */
export interface Misfit {
  readonly change: Change;
  readonly now: Json | undefined;
}

/** The document afterwards and the changes that were needed; nothing is changed where one does not hold. */
export interface Applied<Document> {
  readonly document: Document;
  readonly changes: readonly Change[];
  readonly misfits: readonly Misfit[];
}

/** Make the changes, one after the other; one whose value stands there already is not needed. All of them or none. */
export function apply<Document extends JsonObject>(document: Document, changes: readonly Change[]): Applied<Document> {
  let made = document;
  const done: Change[] = [];
  const misfits: Misfit[] = [];
  for (const one of changes) {
    const now = read(made, one.place);
    if (same(now, one.after)) continue;
    const next = same(now, one.before) ? changed(made, one) : undefined;
    if (next === undefined) {
      misfits.push({ change: one, now });
      continue;
    }
    const row = indexOf(made, one.place) ?? indexOf(next, one.place);
    const comesOrGoes = one.before === undefined || one.after === undefined;
    done.push(change(one.place, one.before, one.after, comesOrGoes ? row : undefined));
    made = next;
  }
  return misfits.length > 0 ? { document, changes: [], misfits } : { document: made, changes: done, misfits };
}

/** The document with one change made, undefined where what it belongs to is gone. */
export function changed<Document extends JsonObject>(document: Document, one: Change): Document | undefined {
  try {
    return written(document, one.place, one.after, one.index);
  } catch (error) {
    if (error instanceof PlaceError) return undefined;
    throw error;
  }
}

/** What takes the changes back: each swapped, the last one first. */
export function inverse(changes: readonly Change[]): Change[] {
  return changes.toReversed().map(({ place, before, after, index }) => change(place, after, before, index));
}

/** Several operations as one. Changes of one and the same place become one change. */
export function joined(operations: readonly (readonly Change[])[]): readonly Change[] {
  const flat = operations.flat();
  const [first, last] = [flat[0], flat.at(-1)];
  if (!first || !last || flat.length === 1 || flat.some((one) => one.place !== first.place)) return flat;
  return [change(first.place, first.before, last.after, first.index)];
}

/** A change without the sides that are not there, as it goes over the wire. */
export function change(place: string, before: Json | undefined, after: Json | undefined, index?: number): Change {
  return {
    place,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(index === undefined ? {} : { index }),
  };
}
