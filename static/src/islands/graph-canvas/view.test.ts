import { describe, expect, it } from "vitest";

import { small } from "../../lib/draft/testing";
import { layOut } from "./layout";
import { firstView } from "./view";

const { graph } = small();
const wide = { width: 1200, height: 800 };

/** Where a point of the plane is seen. */
function seen(view: ReturnType<typeof firstView>, at: { x: number; y: number } | undefined) {
  if (!at) throw new Error("It has no place.");
  return { x: view.x + at.x * view.zoom, y: view.y + at.y * view.zoom };
}

describe("what the canvas shows first", () => {
  const { centres } = layOut(graph, "right");

  it("is everything, in the middle and not larger than it is", () => {
    const view = firstView(graph.steps, centres, wide, "right", 0);
    expect(view.zoom).toBe(1);
    const [first, last] = [seen(view, centres.get("apply")), seen(view, centres.get("done"))];
    expect(first.x + last.x).toBeCloseTo(wide.width);
    expect(first.y).toBeCloseTo(wide.height / 2);
  });

  it("is smaller where that makes it fit, but never too small to be read", () => {
    const some = firstView(graph.steps, centres, { width: 700, height: 800 }, "right", 0);
    expect(some.zoom).toBeGreaterThan(0.65);
    expect(some.zoom).toBeLessThan(1);
    const little = firstView(graph.steps, centres, { width: 300, height: 800 }, "right", 0);
    expect(little.zoom).toBe(0.65);
    expect(seen(little, centres.get("apply")).x).toBeCloseTo(40 + 108 * 0.65);
  });

  it("has room for the ways back", () => {
    const view = firstView(graph.steps, centres, wide, "right", 200);
    expect(seen(view, centres.get("apply")).y).toBeLessThan(wide.height / 2);
  });

  it("is the middle of an empty plane", () => {
    expect(firstView([], new Map(), wide, "right", 0)).toEqual({ x: 600, y: 400, zoom: 1 });
  });
});
