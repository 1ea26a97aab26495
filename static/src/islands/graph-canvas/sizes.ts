import type { StepKind } from "../../lib/draft/model";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const CARD: Size = { width: 216, height: 64 };
const GATEWAY: Size = { width: 44, height: 44 };

/** Between two points of the grid that steps snap to. */
export const GRID = 12;

/** Where the centre of a step is put. */
export interface Placing extends Point {
  readonly step: string;
}

/**
 * The first step stands on the grid by its centre, whatever its size, so that ways are straight; the others keep their distance to
 * it. React Flow goes by the corners.
 */
export function snapped(places: readonly Placing[]): Placing[] {
  const [first] = places;
  if (!first) return [];
  const [x, y] = [onGrid(first.x) - first.x, onGrid(first.y) - first.y];
  return places.map((one) => ({ ...one, x: Math.round(one.x + x), y: Math.round(one.y + y) }));
}

function onGrid(value: number): number {
  return Math.round(value / GRID) * GRID;
}

export function isGateway(kind: StepKind): boolean {
  return kind === "fork" || kind === "join" || kind === "noop";
}

/** Every kind has one size, so that nothing has to be measured before it can be laid out. */
export function sizeOf(kind: StepKind): Size {
  return isGateway(kind) ? GATEWAY : CARD;
}

export type Direction = "right" | "down";
