import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { describe, expect, it } from "vitest";

import { apply } from "./changes";
import { goneAbove } from "./gone";
import type { Change, DraftDocument, JsonObject, Operation } from "./model";
import { read } from "./places";
import { rebase } from "./rebase";
import { small } from "./testing";

interface Vector {
  readonly name: string;
  readonly operations: readonly (readonly Change[])[];
  readonly place: string;
  readonly gone: JsonObject | null;
}

const root = resolve(import.meta.dirname, "../../../..");
const vectors = JSON.parse(readFileSync(resolve(root, "tests/vectors/gone.json"), "utf8")) as {
  document: JsonObject;
  vectors: Vector[];
};

describe("what is no more, by the shared vectors", () => {
  it.each(vectors.vectors.map((one) => [one.name, one] as const))("%s", (_, { operations, place, gone }) => {
    const document = operations.reduce((made, changes) => apply(made, changes).document, vectors.document);
    expect(goneAbove(document, operations, place) ?? null).toEqual(gone);
  });
});

describe("one's own change inside of what somebody took away", () => {
  const { graph } = small();
  const removal: Operation = {
    id: "r",
    kind: "do",
    label: "Delete “Review”",
    changes: [
      { place: "graph/transitions/review_to_done", before: graph.transitions[1] ?? null, index: 1 },
      { place: "graph/steps/review", before: graph.steps[1] ?? null, index: 1 },
    ],
  };
  const base = apply(small(), removal.changes).document as DraftDocument;
  const rename: Operation = {
    id: "m",
    kind: "do",
    label: "Rename",
    changes: [{ place: "graph/steps/review/name", before: "Review", after: "HR" }],
  };

  it("is asked about, not dropped", () => {
    const { operations, open } = rebase(base, [rename], new Map(), [removal]);
    expect(operations).toEqual([]);
    expect(open).toMatchObject([{ gone: { place: "graph/steps/review", name: "Review", can_return: true } }]);
  });

  it("comes back with all that went with it, and then holds", () => {
    const { operations, open } = rebase(base, [rename], new Map([["graph/steps/review", "mine"]]), [removal]);
    expect([open, operations.map((one) => one.label)]).toEqual([[], ["Bring back “Review”", "Rename"]]);
    const made = operations.reduce((document, one) => apply(document, one.changes).document, base);
    expect(read(made, "graph/steps/review/name")).toBe("HR");
    expect(read(made, "graph/transitions/review_to_done/to")).toBe("done");
  });

  it("is left where it is to stay away", () => {
    expect(rebase(base, [rename], new Map([["graph/steps/review", "theirs"]]), [removal])).toEqual({ operations: [], open: [] });
  });

  it("is asked about again where nobody knows any more what it was", () => {
    const { operations, open } = rebase(base, [rename], new Map([["graph/steps/review", "mine"]]), []);
    expect(operations).toEqual([]);
    expect(open).toMatchObject([{ gone: { name: "review", can_return: false } }]);
  });
});
