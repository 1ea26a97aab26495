import { type Edge, type Node, Position } from "@xyflow/react";

import type { Step, Transition } from "../../lib/draft/model";
import type { Board } from "./board";
import type { Placed } from "./layout";
import type { BackRoute } from "./routes";
import { type Direction, type Point, sizeOf } from "./sizes";
import type { OverlayMark, Problem, StepWords } from "./state";

export interface StepData extends Record<string, unknown> {
  readonly step: Step;
  readonly words: StepWords | undefined;
  readonly problem: Problem["level"] | undefined;
  readonly mark: OverlayMark | undefined;
  readonly isCurrent: boolean;
  readonly isNaming: boolean;
  readonly direction: Direction;
  /** What it is called by screen readers. */
  readonly label: string;
}

export interface WayData extends Record<string, unknown> {
  readonly way: Transition;
  readonly label: string;
  readonly mark: OverlayMark | undefined;
  readonly problem: Problem["level"] | undefined;
  readonly isNaming: boolean;
  readonly direction: Direction;
  readonly back: BackRoute | undefined;
  readonly bends: readonly Point[];
  /** Where its ends stood when the bends were made; elsewhere they no longer count. */
  readonly ends: readonly [Point, Point] | undefined;
  /** Half of what its ends take across the flow, and along it. */
  readonly halves: readonly [number, number];
  readonly reaches: readonly [number, number];
}

export type StepNode = Node<StepData, "step">;
export type WayEdge = Edge<WayData, "way">;

export interface Scene {
  readonly board: Board;
  readonly placed: Placed;
  readonly back: ReadonlyMap<string, BackRoute>;
  readonly direction: Direction;
  readonly dragged: ReadonlyMap<string, Point>;
  readonly canMove: boolean;
}

/** Nodes and edges of a scene. What looks the same as before is the same object, so that it is not drawn again. */
export class Elements {
  private nodes = new Map<string, StepNode>();
  private edges = new Map<string, WayEdge>();

  nodesOf(scene: Scene): StepNode[] {
    const problems = worst(scene.board.problems, "graph/steps/");
    const made = scene.board.graph.steps.map((step) => {
      const node = nodeOf(step, scene, problems.get(step.key));
      const old = this.nodes.get(step.key);
      return old && alike(old, node) ? old : node;
    });
    this.nodes = new Map(made.map((node) => [node.id, node]));
    return made;
  }

  edgesOf(scene: Scene): WayEdge[] {
    const problems = worst(scene.board.problems, "graph/transitions/");
    const steps = new Map(scene.board.graph.steps.map((step) => [step.key, step]));
    const made: WayEdge[] = [];
    for (const way of scene.board.graph.transitions) {
      const [from, to] = [steps.get(way.from), steps.get(way.to)];
      if (!from || !to || from === to) continue;
      const edge = edgeOf(way, from, to, scene, problems.get(way.key));
      const old = this.edges.get(way.key);
      made.push(old && alike(old, edge) ? old : edge);
    }
    this.edges = new Map(made.map((edge) => [edge.id, edge]));
    return made;
  }
}

function nodeOf(step: Step, scene: Scene, problem: Problem["level"] | undefined): StepNode {
  const { board, placed, direction } = scene;
  const size = sizeOf(step.kind);
  const words = board.words.steps[step.key];
  const isNaming = board.naming?.kind === "way" ? false : namedKey(board) === step.key;
  return {
    id: step.key,
    type: "step",
    position: scene.dragged.get(step.key) ?? placed.centres.get(step.key) ?? { x: 0, y: 0 },
    ...size,
    measured: size,
    handles: handlesOf(size, direction),
    draggable: scene.canMove && !isNaming,
    connectable: scene.canMove,
    selected: board.steps.has(step.key),
    ariaRole: "group",
    ariaLabel: step.name,
    data: {
      step,
      words,
      problem,
      mark: board.overlay?.nodes[step.key],
      isCurrent: board.current === step.key,
      isNaming,
      direction,
      label: spoken(step, words, board, problem),
    },
  };
}

function edgeOf(
  way: Transition,
  from: Step,
  to: Step,
  scene: Scene,
  problem: Problem["level"] | undefined,
): WayEdge {
  const { board, placed, direction } = scene;
  const condition = way.otherwise ? "otherwise" : board.words.ways[way.key] || (way.condition ? "condition" : "");
  const name = way.name && way.name !== to.name ? way.name : "";
  const [one, other] = [placed.centres.get(way.from), placed.centres.get(way.to)];
  const [across, along] = direction === "right" ? (["height", "width"] as const) : (["width", "height"] as const);
  return {
    id: way.key,
    type: "way",
    source: way.from,
    target: way.to,
    selected: board.ways.has(way.key),
    ariaLabel: `Way from ${from.name} to ${to.name}`,
    reconnectable: scene.canMove,
    data: {
      way,
      label: [name, condition && (way.otherwise ? condition : `if ${condition}`)].filter(Boolean).join(" "),
      mark: board.overlay?.edges[way.key],
      problem,
      isNaming: board.naming?.kind === "way" && board.naming.key === way.key,
      direction,
      back: scene.back.get(way.key),
      bends: placed.bends.get(way.key) ?? NO_BENDS,
      ends: one && other ? [one, other] : undefined,
      halves: [sizeOf(from.kind)[across] / 2, sizeOf(to.kind)[across] / 2],
      reaches: [sizeOf(from.kind)[along] / 2, sizeOf(to.kind)[along] / 2],
    },
  };
}

const NO_BENDS: readonly Point[] = [];

function handlesOf({ width, height }: { width: number; height: number }, direction: Direction): StepNode["handles"] & object {
  const down = direction === "down";
  const middle = down ? { x: width / 2 - 1 } : { y: height / 2 - 1 };
  const size = { width: 2, height: 2 };
  return [
    { type: "target", position: down ? Position.Top : Position.Left, x: -1, y: -1, ...middle, ...size },
    {
      type: "source",
      position: down ? Position.Bottom : Position.Right,
      x: width - 1,
      y: height - 1,
      ...middle,
      ...size,
    },
  ];
}

function namedKey({ naming }: Board): string {
  return naming?.kind === "new" ? naming.addition.key : (naming?.key ?? "");
}

function worst(problems: readonly Problem[], list: string): Map<string, Problem["level"]> {
  const found = new Map<string, Problem["level"]>();
  for (const { place, level } of problems) {
    if (!place.startsWith(list)) continue;
    const key = place.slice(list.length).split("/")[0] ?? "";
    if (found.get(key) !== "blocks") found.set(key, level);
  }
  return found;
}

const SPOKEN: Readonly<Record<string, string>> = {
  start: "start",
  task: "step",
  end: "end",
  fork: "fork",
  join: "join",
  noop: "passage",
  auto: "automatic step",
};

function spoken(step: Step, words: StepWords | undefined, board: Board, problem: Problem["level"] | undefined): string {
  const ways = board.graph.transitions.filter((way) => way.from === step.key);
  const names = new Map(board.graph.steps.map(({ key, name }) => [key, name]));
  const onward = ways.map((way) => names.get(way.to) ?? way.to).join(", ");
  const parts = [
    `${step.name}, ${SPOKEN[step.kind] ?? step.kind}`,
    words?.asked ?? "",
    onward && `leads to ${onward}`,
    problem === "blocks" ? "has a problem that blocks publishing" : problem ? "has a warning" : "",
  ];
  return parts.filter(Boolean).join("; ");
}

/** Whether two nodes or edges look the same: their own values, those of their data, and those of what these hold. */
function alike(one: object, other: object, depth = 2): boolean {
  const [mine, theirs] = [one as Record<string, unknown>, other as Record<string, unknown>];
  const keys = Object.keys(mine);
  if (keys.length !== Object.keys(theirs).length) return false;
  return keys.every((key) => {
    const [left, right] = [mine[key], theirs[key]];
    if (Object.is(left, right)) return true;
    return depth > 0 && isCompound(left) && isCompound(right) && alike(left, right, depth - 1);
  });
}

function isCompound(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
