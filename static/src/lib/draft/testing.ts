import type { DraftDocument } from "./model";

/** A small draft for tests: a start, a review, an end. */
export function small(): DraftDocument {
  return {
    graph: {
      steps: [
        { key: "apply", name: "Apply", kind: "start" },
        { key: "review", name: "Review", kind: "task", sla: { mode: "own", period: "2d" } },
        { key: "done", name: "Done", kind: "end" },
      ],
      transitions: [
        { key: "apply_to_review", from: "apply", to: "review" },
        { key: "review_to_done", from: "review", to: "done" },
      ],
    },
    form: { fields: [{ name: "reason", access: { review: "read" } }] },
    cases: [{ name: "a/b" }],
  };
}
