import { describe, expect, it } from "vitest";

import { apply, inverse } from "./changes";
import { small } from "./testing";
import { PlaceError, placeOf, read, written } from "./places";

describe("places", () => {
  it("walks keyed lists by key and objects by attribute", () => {
    expect(read(small(), "graph/steps/review/sla/period")).toBe("2d");
    expect(read(small(), "form/fields/reason/access/review")).toBe("read");
    expect(read(small(), placeOf("cases", "a/b"))).toEqual({ name: "a/b" });
    expect(read(small(), "graph/steps/~order")).toEqual(["apply", "review", "done"]);
    expect(read(small(), "graph/steps/gone/name")).toBeUndefined();
  });

  it("leaves everything beside the way the same object", () => {
    const before = small();
    const after = written(before, "graph/steps/review/name", "HR");
    expect(after.graph.steps[1]?.name).toBe("HR");
    expect(after.graph.steps[0]).toBe(before.graph.steps[0]);
    expect(after.form).toBe(before.form);
  });

  it("puts an item where it belongs and orders a list", () => {
    const fresh = { key: "hr", name: "HR", kind: "task" };
    expect(read(written(small(), "graph/steps/hr", fresh, 1), "graph/steps/~order")).toEqual(["apply", "hr", "review", "done"]);
    const order = ["done", "apply", "review"];
    expect(read(written(small(), "graph/steps/~order", order), "graph/steps/~order")).toEqual(order);
  });

  it("refuses what has no parent", () => {
    expect(() => written(small(), "graph/steps/gone/name", "x")).toThrow(PlaceError);
  });
});

describe("changes", () => {
  const rename = { place: "graph/steps/review/name", before: "Review", after: "HR" };

  it("apply where the value is the expected one, and all or none", () => {
    expect(apply(small(), [rename]).document.graph.steps[1]?.name).toBe("HR");
    const stale = { place: "graph/steps/apply/name", before: "Ask", after: "Apply now" };
    const refused = apply(small(), [rename, stale]);
    expect(refused.document).toEqual(small());
    expect(refused.misfits).toEqual([{ change: stale, now: "Apply" }]);
  });

  it("does not need what is there already", () => {
    expect(apply(small(), [{ place: "graph/steps/review/name", before: "x", after: "Review" }])).toMatchObject({ changes: [], misfits: [] });
  });

  it("are taken back by their inverse, items at their place", () => {
    const step = small().graph.steps[1];
    const { document, changes } = apply(small(), [rename, { place: "graph/steps/review", before: { ...step, name: "HR" } }]);
    expect(read(document, "graph/steps/~order")).toEqual(["apply", "done"]);
    expect(apply(document, inverse(changes)).document).toEqual(small());
  });
});
