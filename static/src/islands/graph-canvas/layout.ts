import { Graph, layout as dagre } from "@dagrejs/dagre";

import type { Graph as GraphDocument, Step } from "../../lib/draft/model";
import { type Direction, type Point, isGateway, sizeOf } from "./sizes";

const ROW_GAP = 36;
const LAYER_GAP = 84;
const LANE_PADDING = 28;

/** A swim lane: all steps that the same people are asked at. */
export interface Lane {
  readonly label: string;
  readonly start: number;
  readonly size: number;
}

/** Centres of the steps, and the points that a long arrow passes, by the key of its transition. */
export interface Placed {
  readonly centres: ReadonlyMap<string, Point>;
  readonly bends: ReadonlyMap<string, readonly Point[]>;
  readonly lanes: readonly Lane[];
}

/**
 * Layered by dagre along the forward ways. A step placed by hand stays where it is, and what is not placed keeps its
 * distance to the nearest one that is. Narrow canvases are always laid out: places are chosen on a wide one.
 */
export function layOut(graph: GraphDocument, direction: Direction): Placed {
  const { centres, bends } = layered(graph, direction);
  const pinned = direction === "right" ? graph.steps.filter((step) => step.position) : [];
  if (pinned.length === 0) return { centres, bends, lanes: [] };
  const shifts = shiftsOf(graph, pinned, centres);
  const placed = new Map<string, Point>();
  for (const { key, position } of pinned) if (position) placed.set(key, { x: position.x, y: position.y });
  for (const step of graph.steps) {
    if (placed.has(step.key)) continue;
    const [laid, shift] = [centres.get(step.key) ?? ORIGIN, shifts.get(step.key) ?? ORIGIN];
    placed.set(step.key, freeFrom({ x: laid.x + shift.x, y: laid.y + shift.y }, step, graph.steps, placed));
  }
  const kept = graph.transitions.filter(({ from, to }) => {
    const [one, other] = [shifts.get(from) ?? ORIGIN, shifts.get(to) ?? ORIGIN];
    return !isPinned(graph, from) && !isPinned(graph, to) && one.x === 0 && one.y === 0 && other.x === 0 && other.y === 0;
  });
  return { centres: placed, bends: new Map(kept.flatMap(({ key }) => entry(key, bends.get(key)))), lanes: [] };
}

/** The same columns, but a row for each of the lanes; `laneOf` says whose step it is, empty for "whoever came before". */
export function layOutInLanes(graph: GraphDocument, laneOf: (key: string) => string): Placed {
  const { centres } = layered(graph, "right");
  const labels = lanesByStep(graph, laneOf, centres);
  const columns = new Map<string, Step[]>();
  for (const step of graph.steps) {
    const cell = `${labels.get(step.key)}|${centres.get(step.key)?.x}`;
    columns.set(cell, [...(columns.get(cell) ?? []), step]);
  }
  const order = [...new Set([...graph.steps].sort(byColumn(centres)).map((step) => labels.get(step.key) ?? ""))];
  const placed = new Map<string, Point>();
  const lanes: Lane[] = [];
  let start = 0;
  for (const label of order) {
    const cells = [...columns].filter(([cell]) => cell.startsWith(`${label}|`)).map(([, steps]) => steps);
    const most = Math.max(...cells.map((steps) => steps.length));
    const pitch = sizeOf("task").height + ROW_GAP;
    const size = most * pitch - ROW_GAP + 2 * LANE_PADDING;
    for (const steps of cells) {
      steps.forEach((step, row) => {
        const y = start + size / 2 + (row - (steps.length - 1) / 2) * pitch;
        placed.set(step.key, { x: centres.get(step.key)?.x ?? 0, y });
      });
    }
    lanes.push({ label, start, size });
    start += size;
  }
  return { centres: placed, bends: new Map(), lanes };
}

const ORIGIN: Point = { x: 0, y: 0 };

function layered(graph: GraphDocument, direction: Direction): Pick<Placed, "centres" | "bends"> {
  const plan = new Graph({ multigraph: true });
  const down = direction === "down";
  plan.setGraph({ rankdir: down ? "TB" : "LR", nodesep: ROW_GAP, ranksep: down ? 56 : LAYER_GAP, edgesep: 24 });
  for (const step of graph.steps) plan.setNode(step.key, { ...sizeOf(step.kind) });
  for (const way of graph.transitions) {
    if (way.return || way.from === way.to || !plan.hasNode(way.from) || !plan.hasNode(way.to)) continue;
    const width = way.name || way.condition || way.otherwise ? 88 : 0;
    plan.setEdge(way.from, way.to, { width: down ? 0 : width, height: 12, labelpos: "c" }, way.key);
  }
  dagre(plan);
  const centres = new Map(graph.steps.map(({ key }) => [key, pointOf(plan.node(key) as Partial<Point>)]));
  const bends = new Map<string, readonly Point[]>();
  for (const edge of plan.edges()) {
    const points = ((plan.edge(edge) as { points?: Point[] }).points ?? []).slice(1, -1);
    // One point in the middle says nothing: more of them lead an arrow around the steps between its ends.
    if (edge.name && points.length > 1) bends.set(edge.name, points);
  }
  return { centres, bends };
}

function pointOf({ x = 0, y = 0 }: Partial<Point>): Point {
  return { x: Math.round(x), y: Math.round(y) };
}

/** How far the placed steps stand from where they would be laid out; the others follow the nearest of them. */
function shiftsOf(
  graph: GraphDocument,
  pinned: readonly Step[],
  centres: ReadonlyMap<string, Point>,
): Map<string, Point> {
  const shifts = new Map<string, Point>();
  for (const { key, position } of pinned) {
    const laid = centres.get(key);
    if (position && laid) shifts.set(key, { x: position.x - laid.x, y: position.y - laid.y });
  }
  const near = new Map<string, string[]>();
  for (const { from, to } of graph.transitions) {
    near.set(from, [...(near.get(from) ?? []), to]);
    near.set(to, [...(near.get(to) ?? []), from]);
  }
  const todo = [...shifts.keys()];
  for (const key of todo) {
    for (const next of near.get(key) ?? []) {
      const shift = shifts.get(key);
      if (shifts.has(next) || !shift) continue;
      shifts.set(next, shift);
      todo.push(next);
    }
  }
  return shifts;
}

/** The place, or the first one below it where no step stands yet. */
function freeFrom(wanted: Point, step: Step, steps: readonly Step[], placed: ReadonlyMap<string, Point>): Point {
  const size = sizeOf(step.kind);
  const taken = steps.flatMap((other) => {
    const at = placed.get(other.key);
    return at ? [{ at, size: sizeOf(other.kind) }] : [];
  });
  let y = wanted.y;
  const meets = (): boolean =>
    taken.some(
      (other) =>
        Math.abs(other.at.x - wanted.x) < (other.size.width + size.width) / 2 + 12 &&
        Math.abs(other.at.y - y) < (other.size.height + size.height) / 2 + 12,
    );
  while (meets()) y += sizeOf("task").height + ROW_GAP;
  return { x: wanted.x, y };
}

/** Gateways and ends belong to whoever comes before them. */
function lanesByStep(
  graph: GraphDocument,
  laneOf: (key: string) => string,
  centres: ReadonlyMap<string, Point>,
): Map<string, string> {
  const labels = new Map<string, string>();
  for (const step of [...graph.steps].sort(byColumn(centres))) {
    const own = isGateway(step.kind) || step.kind === "end" ? "" : laneOf(step.key);
    const before = graph.transitions.find((way) => way.to === step.key && !way.return && labels.has(way.from));
    labels.set(step.key, own || labels.get(before?.from ?? "") || laneOf(step.key));
  }
  return labels;
}

function byColumn(centres: ReadonlyMap<string, Point>): (one: Step, other: Step) => number {
  return (one, other) => (centres.get(one.key)?.x ?? 0) - (centres.get(other.key)?.x ?? 0);
}

function isPinned(graph: GraphDocument, key: string): boolean {
  return graph.steps.some((step) => step.key === key && step.position);
}

function entry<Value>(key: string, value: Value | undefined): [string, Value][] {
  return value === undefined ? [] : [[key, value]];
}
