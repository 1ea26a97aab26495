import type { Step } from "../../lib/draft/model";
import { type Direction, type Point, type Size, sizeOf } from "./sizes";

/** Which part of the plane the canvas shows: where the plane's origin lies in it, in pixels, and how much larger it is drawn. */
export interface View extends Point {
  readonly zoom: number;
}

const LEAST_READABLE = 0.65;
/** Free room around everything, in units of the plane; the tools of the canvas lie above and below. */
const AIR: Size = { width: 72, height: 160 };
/** Where a drawing that is too large begins, in pixels. */
const BEGIN: Point = { x: 40, y: 56 };

/**
 * What a canvas of that size shows first: everything if it can be read then, else where it begins. The ways back lead
 * through lanes beside the steps, up to `lane`.
 */
export function firstView(steps: readonly Step[], centres: ReadonlyMap<string, Point>, canvas: Size, direction: Direction, lane: number): View {
  const [left, top, right, bottom] = edgesOf(steps, centres);
  const [wide, high] = direction === "right" ? [right - left, Math.max(bottom, lane) - top] : [Math.max(right, lane) - left, bottom - top];
  const fitting = Math.min(canvas.width / (wide + AIR.width), canvas.height / (high + AIR.height));
  const zoom = Math.min(1, Math.max(LEAST_READABLE, fitting));
  const [x, y] = [(canvas.width - wide * zoom) / 2, (canvas.height - high * zoom) / 2];
  const begin = direction === "right" ? { x: Math.max(x, BEGIN.x), y } : { x, y: Math.max(y, BEGIN.y) };
  return { x: begin.x - left * zoom, y: begin.y - top * zoom, zoom };
}

/** Left, top, right and bottom of all steps; around the origin where there are none. */
function edgesOf(steps: readonly Step[], centres: ReadonlyMap<string, Point>): [number, number, number, number] {
  const boxes = steps.map((step) => ({ ...(centres.get(step.key) ?? { x: 0, y: 0 }), ...sizeOf(step.kind) }));
  if (boxes.length === 0) return [0, 0, 0, 0];
  return [
    Math.min(...boxes.map((box) => box.x - box.width / 2)),
    Math.min(...boxes.map((box) => box.y - box.height / 2)),
    Math.max(...boxes.map((box) => box.x + box.width / 2)),
    Math.max(...boxes.map((box) => box.y + box.height / 2)),
  ];
}
