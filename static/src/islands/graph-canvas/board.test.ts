import { beforeEach, describe, expect, it } from "vitest";

import { Draft } from "../../lib/draft/draft";
import { Queue } from "../../lib/draft/queue";
import { small } from "../../lib/draft/testing";
import { BoardStore } from "./board";

const WORDS = { steps: {}, ways: {} };

function board(): BoardStore {
  const server = { send: () => new Promise(() => undefined) };
  const start = { document: small(), revision: 0, operations: [] };
  return new BoardStore(new Draft(start, "me", new Queue("v", "t", localStorage), server as never), WORDS, []);
}

describe("the board", () => {
  beforeEach(() => localStorage.clear());

  it("shows a new step while its name is typed, and keeps it when it has one", () => {
    const store = board();
    store.add({ name: "Step", kind: "task", parts: { assignee: { rule: "requester" } } }, { from: "review" });
    expect(store.get().graph.steps.map((step) => step.key)).toEqual(["apply", "review", "step", "done"]);
    expect(store.draft.kept).toBe(0);
    store.named("HR review");
    const made = store.step("hr_review");
    expect(made).toMatchObject({ name: "HR review", assignee: { rule: "requester" } });
    expect(store.way("review_to_hr_review")).toMatchObject({ from: "review", to: "hr_review" });
    expect([store.draft.kept, [...store.get().steps]]).toEqual([1, ["hr_review"]]);
  });

  it("drops a new step without a name", () => {
    const store = board();
    store.add({ name: "Step", kind: "task" }, { way: "review_to_done" });
    store.cancelNaming();
    expect([store.get().graph, store.draft.kept]).toEqual([small().graph, 0]);
  });

  it("deletes what is chosen, offers to take that back, and goes on beside it", () => {
    const store = board();
    store.choose(["review"]);
    store.remove();
    expect(store.get().graph.steps.map((step) => step.key)).toEqual(["apply", "done"]);
    expect(store.get()).toMatchObject({ toast: { canUndo: true }, current: "apply" });
    store.undo();
    expect(store.get().graph).toEqual(small().graph);
  });

  it("says why a way cannot be made", () => {
    const store = board();
    store.connect("apply", "apply");
    expect(store.get().toast?.text).toBe("A step cannot lead to itself. Choose another step.");
    store.askWhereTo("done");
    expect(store.get().picker).toBeUndefined();
  });

  it("chooses the place that a problem names", () => {
    const store = board();
    expect(store.choosePlace("graph/steps/review/assignee")).toBe(true);
    expect([...store.get().steps]).toEqual(["review"]);
    expect(store.choosePlace("form/fields/reason")).toBe(false);
  });
});
