import type { Graph, StepKind } from "../../lib/draft/model";
import { type Direction, type Point, sizeOf } from "./sizes";

const LANE = 26;
const GUTTER = 22;
const CORNER = 10;
const PORT = 14;

/** How a way back runs: down from its source to a lane below everything, along it, and up to its target. */
export interface BackRoute {
  /** Where the lane lies across the flow. */
  readonly level: number;
  readonly leaves: Port;
  readonly arrives: Port;
}

/** Where a way back touches a step: so far aside from its middle, and through the gutter where another step stands below. */
export interface Port {
  readonly aside: number;
  readonly gutter?: number;
  readonly shelf?: number;
}

/** Lanes for all ways back; short ones take the inner lanes, and one lane is shared where they do not meet. */
export function backRoutes(
  graph: Graph,
  centres: ReadonlyMap<string, Point>,
  direction: Direction,
): Map<string, BackRoute> {
  const along = (key: string): number => axis(centres.get(key), direction).along;
  let floor = Number.NEGATIVE_INFINITY;
  for (const step of graph.steps) {
    const size = sizeOf(step.kind);
    const half = (direction === "right" ? size.height : size.width) / 2;
    floor = Math.max(floor, axis(centres.get(step.key), direction).across + half);
  }
  const ways = graph.transitions.filter((way) => way.return && centres.has(way.from) && centres.has(way.to));
  const lanes: [number, number][][] = [];
  const ports = new Ports(graph, centres, direction);
  const routes = new Map<string, BackRoute>();
  for (const way of ways.toSorted((one, other) => span(one, along) - span(other, along))) {
    const ends = [along(way.from), along(way.to)].toSorted((one, other) => one - other) as [number, number];
    const row = freeLane(lanes, [ends[0] - GUTTER, ends[1] + GUTTER]);
    routes.set(way.key, {
      level: floor + LANE * (row + 1),
      leaves: ports.next(way.from),
      arrives: ports.next(way.to),
    });
  }
  return routes;
}

/** Path and middle of a way back between two centres. */
export function backPath(
  route: BackRoute,
  from: Point & { half: number },
  to: Point & { half: number },
  direction: Direction,
): { path: string; middle: Point } {
  const [start, end] = [axis(from, direction), axis(to, direction)];
  // The lane stays below both ends, also while one of them is being dragged.
  const level = Math.max(route.level, start.across + from.half + LANE, end.across + to.half + LANE);
  const [down, up] = [descent(start, from.half, level, route.leaves), descent(end, to.half, level, route.arrives)];
  const [one, other] = [down.at(-1) ?? start, up.at(-1) ?? end];
  const corners = [...down, ...up.toReversed()].map((point) => canvas(point, direction));
  const middle = canvas({ along: (one.along + other.along) / 2, across: level }, direction);
  return { path: rounded(corners), middle };
}

/** A gentle curve from one side to the other, through the bends between them. */
export function forwardPath(
  from: Point,
  to: Point,
  bends: readonly Point[],
  direction: Direction,
): { path: string; middle: Point } {
  const stations = [from, ...bends, to];
  let path = `M${from.x},${from.y}`;
  for (let row = 1; row < stations.length; row++) {
    const [one, other] = [axis(stations[row - 1], direction), axis(stations[row], direction)];
    const gap = other.along - one.along;
    const reach = gap > 0 ? gap / 2 : Math.min(120, Math.max(48, Math.abs(gap) / 2));
    const points = [
      { along: one.along + reach, across: one.across },
      { along: other.along - reach, across: other.across },
      other,
    ].map((point) => canvas(point, direction));
    path += ` C${points.map((point) => `${point.x},${point.y}`).join(" ")}`;
  }
  const [one, other] = [stations[Math.floor((stations.length - 1) / 2)], stations[Math.ceil((stations.length - 1) / 2)]];
  const [left, right] = stations.length === 2 ? [from, to] : [one ?? from, other ?? to];
  return { path, middle: { x: (left.x + right.x) / 2, y: (left.y + right.y) / 2 } };
}

function rounded(points: readonly Point[]): string {
  const [first] = points;
  let path = `M${first?.x},${first?.y}`;
  for (let row = 1; row < points.length - 1; row++) {
    const [before, corner, after] = [points[row - 1], points[row], points[row + 1]] as [Point, Point, Point];
    const [enter, leave] = [towards(corner, before), towards(corner, after)];
    path += ` L${enter.x},${enter.y} Q${corner.x},${corner.y} ${leave.x},${leave.y}`;
  }
  const last = points.at(-1);
  return `${path} L${last?.x},${last?.y}`;
}

function towards(corner: Point, other: Point): Point {
  const length = Math.hypot(other.x - corner.x, other.y - corner.y);
  const share = length === 0 ? 0 : Math.min(CORNER, length / 2) / length;
  return { x: corner.x + (other.x - corner.x) * share, y: corner.y + (other.y - corner.y) * share };
}

function freeLane(lanes: [number, number][][], wanted: [number, number]): number {
  const free = lanes.findIndex((used) => used.every(([low, high]) => wanted[1] <= low || high <= wanted[0]));
  if (free >= 0) {
    lanes[free]?.push(wanted);
    return free;
  }
  return lanes.push([wanted]) - 1;
}

/** From a step down to a lane: straight, or around what stands below it. */
function descent(centre: Axis, half: number, level: number, port: Port): Axis[] {
  const along = centre.along + port.aside;
  const bottom = centre.across + half;
  if (port.gutter === undefined) return [{ along, across: bottom }, { along, across: level }];
  const [shelf, gutter] = [bottom + (port.shelf ?? 0), centre.along + port.gutter];
  return [
    { along, across: bottom },
    { along, across: shelf },
    { along: gutter, across: shelf },
    { along: gutter, across: level },
  ];
}

/** Several ways back leave and reach a step apart from each other. */
class Ports {
  private readonly used = new Map<string, number>();

  constructor(
    private readonly graph: Graph,
    private readonly centres: ReadonlyMap<string, Point>,
    private readonly direction: Direction,
  ) {}

  next(key: string): Port {
    const row = this.used.get(key) ?? 0;
    this.used.set(key, row + 1);
    const step = this.graph.steps.find((one) => one.key === key);
    const [here, half] = [axis(this.centres.get(key), this.direction), this.half(step?.kind ?? "task")];
    const wanted = Math.ceil(row / 2) * PORT * (row % 2 ? 1 : -1);
    const aside = Math.max(-half + CORNER, Math.min(half - CORNER, wanted));
    const isBlocked = this.graph.steps.some((other) => {
      const there = axis(this.centres.get(other.key), this.direction);
      const gap = Math.abs(there.along - here.along - aside) - this.half(other.kind);
      return other.key !== key && there.across > here.across && gap < CORNER;
    });
    if (!isBlocked) return { aside };
    const spread = (row % 3) * 7;
    return { aside, gutter: -sizeAlong("task", this.direction) / 2 - GUTTER - spread, shelf: 12 + spread };
  }

  private half(kind: StepKind): number {
    return sizeAlong(kind, this.direction) / 2;
  }
}

function sizeAlong(kind: StepKind, direction: Direction): number {
  const { width, height } = sizeOf(kind);
  return direction === "right" ? width : height;
}

function span(way: { from: string; to: string }, along: (key: string) => number): number {
  return Math.abs(along(way.from) - along(way.to));
}

interface Axis {
  readonly along: number;
  readonly across: number;
}

function axis(point: Point | undefined, direction: Direction): Axis {
  const { x, y } = point ?? { x: 0, y: 0 };
  return direction === "right" ? { along: x, across: y } : { along: y, across: x };
}

function canvas({ along, across }: Axis, direction: Direction): Point {
  return direction === "right" ? { x: along, y: across } : { x: across, y: along };
}
