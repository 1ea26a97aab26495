import { describe, expect, it } from "vitest";

import type { Step } from "../../lib/draft/model";
import { small } from "../../lib/draft/testing";
import { commandOf, neighbourOf, nextWay } from "./keys";
import { layOut, layOutInLanes } from "./layout";
import { backPath, backRoutes, forwardPath } from "./routes";

const { graph } = small();
const [apply, review, done] = graph.steps as [Step, Step, Step];
const at = (step: Step, x: number, y: number): Step => ({ ...step, position: { x, y } });

describe("the layout", () => {
  it("goes to the right on wide canvases, down on narrow ones", () => {
    const wide = layOut(graph, "right").centres;
    const narrow = layOut(graph, "down").centres;
    expect(wide.get("apply")?.x).toBeLessThan(wide.get("review")?.x ?? 0);
    expect(wide.get("apply")?.y).toBe(wide.get("done")?.y);
    expect(narrow.get("review")?.y).toBeLessThan(narrow.get("done")?.y ?? 0);
  });

  it("leaves steps where a hand has put them, and the others near them", () => {
    const placed = layOut({ ...graph, steps: [apply, at(review, 900, 600), done] }, "right").centres;
    expect(placed.get("review")).toEqual({ x: 900, y: 600 });
    expect(placed.get("done")?.y).toBe(600);
    expect(placed.get("done")?.x).toBeGreaterThan(900);
  });

  it("moves what would lie on a placed step below it", () => {
    const alone = { steps: [at(apply, 0, 0), { ...done, key: "other" }], transitions: [] };
    const placed = layOut(alone, "right").centres;
    expect(placed.get("other")).not.toEqual({ x: 0, y: 0 });
  });

  it("has a lane for each of those who are asked; an end belongs to who came before", () => {
    const { lanes, centres } = layOutInLanes(graph, (key) => ({ apply: "The requester", review: "HR" })[key] ?? "");
    expect(lanes.map((lane) => lane.label)).toEqual(["The requester", "HR"]);
    expect(centres.get("review")?.y).toBe(centres.get("done")?.y);
  });
});

describe("ways", () => {
  it("back run in lanes below everything, several of them apart", () => {
    const back = (key: string, from: string, to: string) => ({ key, from, to, return: true });
    const circled = { ...graph, transitions: [...graph.transitions, back("a", "review", "apply"), back("b", "done", "apply")] };
    const { centres } = layOut(circled, "right");
    const routes = backRoutes(circled, centres, "right");
    const levels = ["a", "b"].map((key) => routes.get(key)?.level ?? 0);
    expect(Math.min(...levels)).toBeGreaterThan(Math.max(...[...centres.values()].map(({ y }) => y + 32)));
    expect(new Set(levels).size).toBe(2);
    const { middle } = backPath(routes.get("a") as never, { x: 300, y: 0, half: 32 }, { x: 0, y: 0, half: 32 }, "right");
    expect(middle.y).toBeGreaterThanOrEqual(levels[0] ?? 0);
  });

  it("forward run through their bends", () => {
    expect(forwardPath({ x: 0, y: 0 }, { x: 100, y: 40 }, [], "right").path).toBe("M0,0 C50,0 50,40 100,40");
    expect(forwardPath({ x: 0, y: 0 }, { x: 100, y: 0 }, [{ x: 50, y: 30 }], "right").path.match(/C/g)).toHaveLength(2);
  });
});

describe("keys", () => {
  const key = (name: string, more: object = {}) =>
    commandOf({ key: name, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });

  it("mean what the help says", () => {
    expect([key("a"), key("c"), key("?", { shiftKey: true }), key("Delete"), key("0")]).toEqual(["add", "connect", "help", "remove", "realSize"]);
    expect([key("z", { ctrlKey: true }), key("Z", { ctrlKey: true, shiftKey: true })]).toEqual(["undo", "redo"]);
    expect([key("ArrowLeft"), key("ArrowLeft", { altKey: true }), key("q")]).toEqual(["go", "place", undefined]);
  });

  it("follow the ways, else go by place", () => {
    const { centres } = layOut(graph, "right");
    expect(neighbourOf(graph, centres, "apply", "ArrowRight", "right")).toBe("review");
    expect(neighbourOf(graph, centres, "review", "ArrowLeft", "right")).toBe("apply");
    expect(neighbourOf(graph, centres, "apply", "ArrowUp", "right")).toBeUndefined();
    expect(nextWay(graph, "review", new Set())).toBe("review_to_done");
  });
});
