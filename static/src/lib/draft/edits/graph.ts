import { type Graph, type JsonObject, isObject } from "../model";
import { isList } from "../places";
import { Sketch, refuse } from "./base";

export const STEPS = ["graph", "steps"] as const;
export const WAYS = ["graph", "transitions"] as const;
export const KINDS = ["start", "task", "auto", "fork", "join", "noop", "end"] as const;

export function stepOf(sketch: Sketch, key: string, name = "step"): JsonObject {
  const found = key ? sketch.get(...STEPS, key) : undefined;
  return isObject(found) ? found : refuse(name, "There is no such step any more. Choose another one.");
}

export function wayOf(sketch: Sketch, key: string, name = "transition"): JsonObject {
  const found = key ? sketch.get(...WAYS, key) : undefined;
  return isObject(found) ? found : refuse(name, "There is no such way any more. Choose another one.");
}

export function stepKeys(sketch: Sketch): string[] {
  return sketch.items(...STEPS).map((step) => String(step.key));
}

export function wayKeys(sketch: Sketch): string[] {
  return sketch.items(...WAYS).map((way) => String(way.key));
}

/** What the step is called, for labels. */
export function nameOf(sketch: Sketch, key: string): string {
  const step = sketch.get(...STEPS, key);
  return isObject(step) ? String(step.name ?? key) : key;
}

/** What the way is called: its own name, else that of where it leads. */
export function wayName(sketch: Sketch, way: JsonObject): string {
  return String(way.name || nameOf(sketch, String(way.to)));
}

/** Whether a way from `source` to `target` would close a circle: forward ways lead from the target to the source. */
export function leadsBack(sketch: Sketch, source: string, target: string): boolean {
  const onward = new Map<string, string[]>();
  for (const way of sketch.items(...WAYS)) {
    if (way.return) continue;
    const from = String(way.from);
    onward.set(from, [...(onward.get(from) ?? []), String(way.to)]);
  }
  const [open, seen] = [[target], new Set([target])];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (key === source) return true;
    for (const after of onward.get(key) ?? []) {
      if (seen.has(after)) continue;
      seen.add(after);
      open.push(after);
    }
  }
  return false;
}

/** Take ways out, and what names them: what a join waits for, where a failure goes. */
export function withoutWays(sketch: Sketch, keys: readonly string[]): void {
  for (const key of keys) sketch.remove(...WAYS, key);
  for (const step of sketch.items(...STEPS)) {
    const own = [...STEPS, String(step.key)];
    const { join, node } = step;
    if (isObject(join) && isList(join.ways) && join.ways.some((key) => keys.includes(String(key)))) {
      const left = join.ways.filter((key) => !keys.includes(String(key)));
      sketch.put(left, [...own, "join", "ways"], { standard: [] });
    }
    if (isObject(node) && keys.includes(String(node.on_failure))) sketch.remove(...own, "node", "on_failure");
  }
}

/** Take steps out, and what names them: their ways, what fields are at them, whom they keep from deciding elsewhere. */
export function withoutSteps(sketch: Sketch, keys: readonly string[]): void {
  const ways = sketch.items(...WAYS).filter((way) => keys.includes(String(way.from)) || keys.includes(String(way.to)));
  withoutWays(sketch, ways.map((way) => String(way.key)));
  for (const key of keys) sketch.remove(...STEPS, key);
  for (const field of sketch.items("form", "fields")) {
    for (const key of keys) {
      if (isObject(field.access) && key in field.access) {
        sketch.remove("form", "fields", String(field.name), "access", key);
      }
    }
  }
  unbind(sketch, keys, ["graph"]);
  for (const step of sketch.items(...STEPS)) {
    if (isObject(step.assignee)) unbind(sketch, keys, [...STEPS, String(step.key), "assignee"]);
  }
}

function unbind(sketch: Sketch, keys: readonly string[], parts: readonly string[]): void {
  const place = [...parts, "separation", "not_same_as"];
  const named = sketch.get(...place);
  if (!isList(named) || !named.some((key) => keys.includes(String(key)))) return;
  sketch.put(named.filter((key) => !keys.includes(String(key))), place, { standard: [] });
}

/** The same for a graph that is shown. */
export function leadsBackIn(graph: Graph, source: string, target: string): boolean {
  return leadsBack(new Sketch({ graph }), source, target);
}
