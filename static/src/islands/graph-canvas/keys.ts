import type { Graph } from "../../lib/draft/model";
import type { Direction, Point } from "./sizes";

export type Arrow = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown";

/** What a key does on the canvas, by name; undefined for a key that is none of ours. */
export function commandOf(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">): string | undefined {
  const { key, shiftKey } = event;
  const name = key.length === 1 ? key.toLowerCase() : key;
  if (event.ctrlKey || event.metaKey) return name === "z" && shiftKey ? "redo" : WITH_CONTROL[name];
  if (event.altKey) return isArrow(key) ? "place" : undefined;
  if (isArrow(key)) return shiftKey ? "extend" : "go";
  if (shiftKey && name === "t") return "tidy";
  return PLAIN[name];
}

const WITH_CONTROL: Readonly<Record<string, string>> = {
  a: "chooseAll",
  c: "copy",
  d: "duplicate",
  v: "paste",
  x: "cut",
  y: "redo",
  z: "undo",
};

const PLAIN: Readonly<Record<string, string>> = {
  "+": "zoomIn",
  "-": "zoomOut",
  "/": "search",
  "0": "realSize",
  "1": "showAll",
  "=": "zoomIn",
  "?": "help",
  Backspace: "remove",
  Delete: "remove",
  Enter: "settings",
  Escape: "back",
  F2: "rename",
  a: "add",
  c: "connect",
  e: "nextWay",
  l: "lanes",
};

function isArrow(key: string): key is Arrow {
  return key.startsWith("Arrow");
}

/**
 * The step that an arrow leads to: along the flow by the ways, across it to the nearest step on that side. A step
 * without a way there goes by place, so that every step can be reached.
 */
export function neighbourOf(
  graph: Graph,
  centres: ReadonlyMap<string, Point>,
  from: string,
  arrow: Arrow,
  direction: Direction,
): string | undefined {
  const here = centres.get(from);
  if (!here) return graph.steps[0]?.key;
  const flow = direction === "right" ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
  const linked = arrow === flow[0] ? linkedTo(graph, from, "from") : arrow === flow[1] ? linkedTo(graph, from, "to") : [];
  const others = linked.length > 0 ? linked : graph.steps.map((step) => step.key).filter((key) => key !== from);
  const reached = others.flatMap((key) => {
    const there = centres.get(key);
    if (!there) return [];
    const [ahead, aside] = seen(here, there, arrow);
    return linked.length > 0 || ahead > 8 ? [{ key, far: linked.length > 0 ? Math.abs(aside) : ahead + 2 * Math.abs(aside) }] : [];
  });
  return reached.toSorted((one, other) => one.far - other.far)[0]?.key;
}

function linkedTo(graph: Graph, key: string, end: "from" | "to"): string[] {
  const near = end === "to" ? "from" : "to";
  return graph.transitions.filter((way) => way[near] === key && !way.return && way[end] !== key).map((way) => way[end]);
}

/** How far ahead and how far aside a place lies for somebody who looks along the arrow. */
function seen(here: Point, there: Point, arrow: Arrow): [number, number] {
  const [x, y] = [there.x - here.x, there.y - here.y];
  if (arrow === "ArrowRight") return [x, y];
  if (arrow === "ArrowLeft") return [-x, y];
  return arrow === "ArrowDown" ? [y, x] : [-y, x];
}

/** The way out of a step that comes after the chosen one. */
export function nextWay(graph: Graph, step: string, chosen: ReadonlySet<string>): string | undefined {
  const ways = graph.transitions.filter((way) => way.from === step).map((way) => way.key);
  const row = ways.findIndex((key) => chosen.has(key));
  return ways[(row + 1) % Math.max(ways.length, 1)];
}
