import { type Json, type JsonObject, isObject } from "../model";
import { ORDER, isList } from "../places";
import { type EditFunction, type Params, Sketch, flag, freeKey, refuse, slug, text, texts } from "./base";
import { KINDS, STEPS, WAYS, leadsBack, nameOf, stepKeys, stepOf, wayKeys, wayOf, withoutSteps } from "./graph";

/** Parts of a step that only some kinds have. */
const FITTING: Readonly<Record<string, readonly string[]>> = {
  outcome: ["end"],
  join: ["join"],
  node: ["auto"],
  approval: ["task"],
  assignee: ["task"],
  sla: ["task"],
  timeout: ["task"],
};
const KIND_WORDS: Readonly<Record<string, string>> = {
  start: "the start",
  task: "a task",
  auto: "an automatic step",
  fork: "a fork",
  join: "a join",
  noop: "a passage",
  end: "an end",
};
const NAME_IT = "Give the step a name.";

/** `name`, `kind`; `after`: what it stands behind in the outline; `from`: what a way leads from; `x`, `y`. */
const stepAdd: EditFunction = (document, params) => {
  const sketch = new Sketch(document);
  const [name, kind] = [text(params, "name", NAME_IT), kindOf(params)];
  const [after, source] = [text(params, "after"), text(params, "from")];
  const row = stepKeys(sketch).indexOf(after);
  const key = newStep(sketch, name, kind, row < 0 ? undefined : row + 1, positionOf(params));
  if (source) connect(sketch, String(stepOf(sketch, source, "from").key), key);
  return sketch.edit(`Add “${name}”`);
};

/** A step on the way `transition`: the way leads to it, and it leads on to where the way led. */
const stepInsert: EditFunction = (document, params) => {
  const sketch = new Sketch(document);
  const [name, kind] = [text(params, "name", NAME_IT), kindOf(params)];
  const way = wayOf(sketch, text(params, "transition"));
  const target = String(way.to);
  if (kind === "start" || kind === "end") {
    refuse("kind", "Nothing can lead through a start or an end. Choose another kind.");
  }
  const row = stepKeys(sketch).indexOf(String(way.from));
  const key = newStep(sketch, name, kind, row < 0 ? undefined : row + 1, positionOf(params));
  sketch.put(key, [...WAYS, String(way.key), "to"]);
  connect(sketch, key, target, wayKeys(sketch).indexOf(String(way.key)) + 1);
  return sketch.edit(`Insert “${name}”`);
};

const stepRename: EditFunction = (document, params) => {
  const sketch = new Sketch(document);
  const [step, name] = [stepOf(sketch, text(params, "step")), text(params, "name", NAME_IT)];
  sketch.put(name, [...STEPS, String(step.key), "name"]);
  return sketch.edit(`Rename “${step.name}” to “${name}”`);
};

/** `step`, `kind`; what the new kind cannot have goes. */
const stepKind: EditFunction = (document, params) => {
  const sketch = new Sketch(document);
  const [step, kind] = [stepOf(sketch, text(params, "step")), kindOf(params)];
  const own = [...STEPS, String(step.key)];
  sketch.put(kind, [...own, "kind"]);
  for (const [part, kinds] of Object.entries(FITTING)) {
    if (!kinds.includes(kind) && part in step) sketch.remove(...own, part);
  }
  return sketch.edit(`Make “${step.name}” ${KIND_WORDS[kind]}`);
};

/** `steps`; with `close` what led to a step leads on to where its one way forward led. */
const stepsRemove: EditFunction = (document, params) => {
  const sketch = new Sketch(document);
  const keys = texts(params, "steps").map((key) => String(stepOf(sketch, key, "steps").key));
  if (keys.length === 0) refuse("steps", "Choose a step.");
  const label = keys.length === 1 ? `Remove “${nameOf(sketch, keys[0] ?? "")}”` : `Remove ${keys.length} steps`;
  if (flag(params, "close")) for (const key of keys) close(sketch, key);
  withoutSteps(sketch, keys);
  return sketch.edit(label);
};

/** `step`; `to`: up, down, first, last, or the key of the step that it comes to stand before. */
const stepMove: EditFunction = (document, params) => {
  const sketch = new Sketch(document);
  const step = stepOf(sketch, text(params, "step"));
  sketch.put(reordered(stepKeys(sketch), String(step.key), text(params, "to")), [...STEPS, ORDER]);
  return sketch.edit(`Move “${step.name}”`);
};

/** `positions`: objects with `step`, `x`, `y`; one without gives the step back to the automatic layout. */
const stepsPlace: EditFunction = (document, params) => {
  const sketch = new Sketch(document);
  const wanted = isList(params.positions) ? params.positions.filter(isObject) : [];
  if (wanted.length === 0) refuse("positions", "Send the positions.");
  for (const one of wanted) {
    const step = stepOf(sketch, String(one.step ?? ""), "positions");
    sketch.put(positionOf(one), [...STEPS, String(step.key), "position"]);
  }
  const name = nameOf(sketch, String(wanted[0]?.step));
  return sketch.edit(wanted.length === 1 ? `Place “${name}”` : `Place ${wanted.length} steps`);
};

/** The keys with one of them moved. */
export function reordered(keys: readonly string[], key: string, to: string): string[] {
  const rest = keys.filter((one) => one !== key);
  const row = keys.indexOf(key);
  const rows: Record<string, number> = {
    up: Math.max(row - 1, 0),
    down: Math.min(row + 1, rest.length),
    first: 0,
    last: rest.length,
  };
  const at = rows[to] ?? rest.indexOf(to);
  if (at < 0) refuse("to", "Choose where it is to stand.");
  return rest.toSpliced(at, 0, key);
}

function kindOf(params: Params): string {
  const kind = text(params, "kind") || "task";
  return (KINDS as readonly string[]).includes(kind) ? kind : refuse("kind", "Choose a kind of step.");
}

function newStep(
  sketch: Sketch,
  name: string,
  kind: string,
  index: number | undefined,
  position: JsonObject | undefined,
): string {
  const key = freeKey(slug(name, "step"), stepKeys(sketch));
  const step = { key, name, kind, ...(position ? { position } : {}) };
  sketch.put(step, [...STEPS, key], { index });
  return key;
}

function connect(sketch: Sketch, source: string, target: string, index?: number): void {
  if (sketch.get(...STEPS, source, "kind") === "end") {
    refuse("from", "A request is over at an end. Choose another step.");
  }
  const key = freeKey(`${source}_to_${target}`, wayKeys(sketch));
  const way = { key, from: source, to: target, ...(leadsBack(sketch, source, target) ? { return: true } : {}) };
  sketch.put(way, [...WAYS, key], { index });
}

/** Lead the ways to the step on to where its one way forward leads; else nothing is closed. */
function close(sketch: Sketch, key: string): void {
  const onward = sketch.items(...WAYS).filter((way) => way.from === key && !way.return);
  if (onward.length !== 1) return;
  const target = String(onward[0]?.to);
  const there = new Set(sketch.items(...WAYS).flatMap((way) => (way.to === target ? [way.from] : [])));
  for (const way of sketch.items(...WAYS)) {
    if (way.to === key && !way.return && way.from !== target && !there.has(way.from)) {
      sketch.put(target, [...WAYS, String(way.key), "to"]);
    }
  }
}

/** Centre of a step in whole drawing units; undefined where there is none. */
export function positionOf(params: Params): JsonObject | undefined {
  const found: Record<string, Json> = {};
  for (const axis of ["x", "y"]) {
    const value = params[axis];
    if (value === undefined || value === null || value === "") return undefined;
    const number = Number(value);
    if (!Number.isFinite(number) || Math.abs(number) > 1_000_000) refuse(axis, "Send a number within the canvas.");
    found[axis] = Math.trunc(number + 1_000_000.5) - 1_000_000;
  }
  return found;
}

export const STEP_EDITS: Readonly<Record<string, EditFunction>> = {
  "step.add": stepAdd,
  "step.insert": stepInsert,
  "step.rename": stepRename,
  "step.kind": stepKind,
  "step.move": stepMove,
  "steps.remove": stepsRemove,
  "steps.place": stepsPlace,
};
