import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { describe, expect, it } from "vitest";

import { apply, inverse } from "./changes";
import { EDITS, EditRefused, edited } from "./edits";
import type { Params } from "./edits/base";
import type { Change, JsonObject } from "./model";

interface Vector {
  name: string;
  document: string;
  edit: string;
  params: Params;
  label?: string;
  changes?: Change[];
  refused?: Record<string, string[]>;
}

const root = resolve(import.meta.dirname, "../../../..");
const vectors = JSON.parse(readFileSync(resolve(root, "tests/vectors/edits.json"), "utf8")) as {
  documents: Record<string, JsonObject>;
  edits: Vector[];
};
const ours = vectors.edits.filter((vector) => vector.edit in EDITS);

describe("edits by the shared vectors", () => {
  it.each(ours.map((vector) => [vector.name, vector] as const))("%s", (_, vector) => {
    const document = vectors.documents[vector.document] as JsonObject;
    if (vector.refused) {
      let said: unknown;
      try {
        edited(document, vector.edit, vector.params);
      } catch (error) {
        said = error;
      }
      expect(said).toBeInstanceOf(EditRefused);
      expect((said as EditRefused).fields).toEqual(vector.refused);
      return;
    }
    const edit = edited(document, vector.edit, vector.params);
    expect(edit).toEqual({ label: vector.label, changes: vector.changes });
    const applied = apply(document, edit.changes);
    expect(applied.misfits).toEqual([]);
    expect(apply(applied.document, inverse(applied.changes)).document).toEqual(document);
  });

  it("show every edit of the canvas", () => {
    expect(Object.keys(EDITS).filter((name) => !ours.some((vector) => vector.edit === name))).toEqual([]);
  });
});
