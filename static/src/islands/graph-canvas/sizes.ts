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

export function isGateway(kind: StepKind): boolean {
  return kind === "fork" || kind === "join" || kind === "noop";
}

/** Every kind has one size, so that nothing has to be measured before it can be laid out. */
export function sizeOf(kind: StepKind): Size {
  return isGateway(kind) ? GATEWAY : CARD;
}

export type Direction = "right" | "down";
