import { apply, inverse } from "./changes";
import { type Change, type Json, type JsonObject, isObject } from "./model";
import { partsOf, placeOf, read } from "./places";

/** What somebody else took away: its place, and what brings it back. Twin of `workflows/drafting/gone.py`. */
export interface Gone {
  readonly place: string;
  readonly name: string;
  /** With all that went with it, as far as that fits today; empty where nobody knows any more what it was. */
  readonly changes: readonly Change[];
}

/** What the place belongs to and is no more; undefined where all of that is there. `operations` are the latest, oldest first. */
export function goneAbove(document: JsonObject, operations: readonly (readonly Change[])[], place: string): Gone | undefined {
  const parts = partsOf(place);
  const above = parts.slice(1).map((_, depth) => placeOf(...parts.slice(0, depth + 1)));
  const lost = above.find((one) => read(document, one) === undefined);
  if (lost === undefined) return undefined;
  for (const changes of operations.toReversed()) {
    const taken = changes.find((one) => one.place === lost && one.after === undefined);
    if (taken) return { place: lost, name: nameOf(taken.before, lost), changes: fitting(document, inverse(changes)) };
  }
  return { place: lost, name: nameOf(undefined, lost), changes: [] };
}

/** Those of the changes that hold, one after the other. */
function fitting(document: JsonObject, changes: readonly Change[]): Change[] {
  let made = document;
  return changes.filter((one) => {
    const applied = apply(made, [one]);
    made = applied.document;
    return applied.misfits.length === 0;
  });
}

function nameOf(value: Json | undefined, place: string): string {
  const named = isObject(value) ? value.name || value.label : undefined;
  return typeof named === "string" ? named : (partsOf(place).at(-1) ?? "").replaceAll("_", " ");
}
