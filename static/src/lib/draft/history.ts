import { inverse, joined } from "./changes";
import type { Change, Operation } from "./model";

/** Milliseconds; replacing the same text again within this time is one step of the history. */
const TYPING = 5_000;

/** One step of the history: the operations that are undone together, oldest first. */
export interface Entry {
  readonly operations: readonly Operation[];
  readonly label: string;
}

export interface History {
  readonly undo: Entry | undefined;
  readonly redo: Entry | undefined;
}

/**
 * What one person can undo and make again, as a fold of that person's own operations in their order: all tabs, both
 * views and a reload share one history. Twin of `workflows.drafting.history`.
 */
export function history(operations: readonly Operation[], person: string): History {
  const done: Entry[] = [];
  const undone: Entry[] = [];
  let isOpen = false;
  for (const one of operations) {
    if (one.by?.id !== person) continue;
    if (one.kind === "do") {
      const last = isOpen ? done.at(-1) : undefined;
      if (last && goesOn(last, one)) {
        done[done.length - 1] = { operations: [...last.operations, one], label: one.label };
      } else {
        done.push({ operations: [one], label: one.label });
      }
      undone.length = 0;
      isOpen = true;
      continue;
    }
    const [source, target] = one.kind === "undo" ? [done, undone] : [undone, done];
    const row = source.findLastIndex((entry) => entry.operations.some((each) => each.id === one.of));
    target.push(...source.splice(row, row < 0 ? 0 : 1));
    isOpen = false;
  }
  return { undo: done.at(-1), redo: undone.at(-1) };
}

/** The operation that undoes an entry, or makes it again. */
export function stepOver(entry: Entry, kind: "undo" | "redo"): Operation | undefined {
  const of = entry.operations.at(-1)?.id;
  if (of === undefined) return undefined;
  const changes = joined(entry.operations.map((one) => one.changes));
  return {
    id: crypto.randomUUID(),
    kind,
    of,
    label: `${kind === "undo" ? "Undo" : "Redo"}: ${entry.label}`,
    changes: kind === "undo" ? inverse(changes) : changes,
  };
}

/** The place whose text the operation replaces, where that is all it does. */
function typedPlace(changes: readonly Change[]): string {
  const [only, ...others] = changes;
  const isTyping = typeof only?.before === "string" && typeof only.after === "string" && others.length === 0;
  return isTyping ? only.place : "";
}

function goesOn(last: Entry, next: Operation): boolean {
  const before = last.operations.at(-1);
  const place = typedPlace(next.changes);
  if (!before || place === "" || place !== typedPlace(before.changes)) return false;
  return Date.parse(next.at ?? "") - Date.parse(before.at ?? "") <= TYPING;
}
