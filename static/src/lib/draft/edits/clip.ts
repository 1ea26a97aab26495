import { type Json, type JsonObject, isObject } from "../model";
import { isList } from "../places";
import { type EditFunction, type Params, Sketch, freeKey, refuse, slug, texts } from "./base";
import { KINDS, STEPS, WAYS, stepKeys, stepOf, wayKeys } from "./graph";

/** How far a copy stands from what it was made of, in drawing units. */
const SHIFT = 40;
const MOST = 100;
const LEVELS = ["hidden", "read", "write", "required"];

type Keys = ReadonlyMap<string, string>;

/** Some steps, the ways among them, and what they may do with which field: to be pasted, here or in another workflow. */
export interface Clip extends JsonObject {
  readonly steps: readonly JsonObject[];
  readonly transitions: readonly JsonObject[];
  readonly access: JsonObject;
}

/** The steps of these keys as a clip, in the order of the document. */
export function clipOf(document: JsonObject, keys: readonly string[]): Clip {
  const sketch = new Sketch(document);
  const access: Record<string, JsonObject> = {};
  for (const key of keys) {
    const levels = sketch.items("form", "fields").flatMap((field): [string, Json][] => {
      const level = isObject(field.access) ? field.access[key] : undefined;
      return level === undefined ? [] : [[String(field.name), level]];
    });
    if (levels.length > 0) access[key] = Object.fromEntries(levels);
  }
  return {
    steps: sketch.items(...STEPS).filter((step) => keys.includes(String(step.key))),
    transitions: sketch
      .items(...WAYS)
      .filter((way) => keys.includes(String(way.from)) && keys.includes(String(way.to))),
    access,
  };
}

/** `steps`: copies of them with the ways among them, beside them. */
const stepsDuplicate: EditFunction = (document, params) => {
  const sketch = new Sketch(document);
  const keys = texts(params, "steps").map((key) => String(stepOf(sketch, key, "steps").key));
  if (keys.length === 0) refuse("steps", "Choose a step.");
  return pasted(sketch, clipOf(document, keys), "Duplicate");
};

/** `clip`: an object as `clipOf` makes it, of this workflow or of another one. */
const stepsPaste: EditFunction = (document, params: Params) => {
  const { clip } = params;
  if (!isObject(clip) || !isList(clip.steps) || clip.steps.length === 0) {
    refuse("clip", "There is nothing to paste. Copy some steps first.");
  }
  if (clip.steps.length > MOST) refuse("clip", `Copy at most ${MOST} steps at once.`);
  const [steps, transitions] = [clip.steps.filter(isObject), isList(clip.transitions) ? clip.transitions.filter(isObject) : []];
  if (steps.length < clip.steps.length || !steps.every(isStep)) {
    refuse("clip", "This was not copied from a workflow. Copy some steps first.");
  }
  return pasted(new Sketch(document), { steps, transitions, access: isObject(clip.access) ? clip.access : {} }, "Paste");
};

function isStep(step: JsonObject): boolean {
  return typeof step.key === "string" && typeof step.name === "string" && (KINDS as readonly unknown[]).includes(step.kind);
}

function pasted(sketch: Sketch, clip: Clip, verb: string) {
  const keys = new Map<string, string>();
  for (const step of clip.steps) keys.set(String(step.key), pasteStep(sketch, step));
  const ways = new Map<string, string>();
  for (const way of clip.transitions) {
    const [from, to] = [keys.get(String(way.from)), keys.get(String(way.to))];
    if (from === undefined || to === undefined) continue;
    const key = freeKey(`${from}_to_${to}`, wayKeys(sketch));
    sketch.put({ ...way, key, from, to }, [...WAYS, key]);
    ways.set(String(way.key), key);
  }
  for (const [old, key] of keys) {
    retie(sketch, key, keys, ways);
    giveAccess(sketch, key, clip.access[old]);
  }
  const [first = ""] = keys.values();
  const name = String(sketch.get(...STEPS, first, "name"));
  return sketch.edit(keys.size === 1 ? `${verb} “${name}”` : `${verb} ${keys.size} steps`);
}

/** A copy under a name and a key of its own; a second start is a task. */
function pasteStep(sketch: Sketch, step: JsonObject): string {
  const name = freeName(sketch, String(step.name));
  const key = freeKey(slug(name, "step"), stepKeys(sketch));
  const { position } = step;
  const isSecond = step.kind === "start" && sketch.items(...STEPS).some((one) => one.kind === "start");
  const made = {
    ...step,
    key,
    name,
    ...(isSecond ? { kind: "task" } : {}),
    ...(isObject(position) ? { position: { x: Number(position.x) + SHIFT, y: Number(position.y) + SHIFT } } : {}),
  };
  sketch.put(made, [...STEPS, key]);
  return key;
}

/** The name, or with a number behind it where a step has it. */
function freeName(sketch: Sketch, name: string): string {
  const taken = new Set(sketch.items(...STEPS).map((step) => String(step.name ?? "").toLowerCase()));
  let found = name;
  for (let number = 2; taken.has(found.toLowerCase()); number++) found = `${[...name].slice(0, 110).join("")} ${number}`;
  return found;
}

/** What the copy says of ways and steps is said of their copies; what was not copied along is left out. */
function retie(sketch: Sketch, key: string, keys: Keys, ways: Keys): void {
  const own = [...STEPS, key];
  const approval = sketch.get(...own, "approval");
  if (isObject(approval)) {
    const [approve, reject] = [ways.get(String(approval.approve)), ways.get(String(approval.reject))];
    sketch.put(approve && reject ? { ...approval, approve, reject } : undefined, [...own, "approval"]);
  }
  const [join, node] = [sketch.get(...own, "join"), sketch.get(...own, "node")];
  if (isObject(join) && isList(join.ways) && join.ways.length > 0) {
    const left = join.ways.flatMap((one) => ways.get(String(one)) ?? []);
    sketch.put(left, [...own, "join", "ways"], { standard: [] });
  }
  if (isObject(node) && node.on_failure) {
    sketch.put(ways.get(String(node.on_failure)) ?? "", [...own, "node", "on_failure"], { standard: "" });
  }
  const named = sketch.get(...own, "assignee") ? sketch.get(...own, "assignee", "separation", "not_same_as") : undefined;
  if (!isList(named)) return;
  const there = stepKeys(sketch);
  const kept = named.map((one) => keys.get(String(one)) ?? String(one)).filter((one) => there.includes(one));
  sketch.put(kept, [...own, "assignee", "separation", "not_same_as"], { standard: [] });
}

/** The copy reads and writes the fields that there are as the step that it was made of. */
function giveAccess(sketch: Sketch, key: string, levels: Json | undefined): void {
  if (!isObject(levels)) return;
  for (const [name, level] of Object.entries(levels)) {
    if (LEVELS.includes(String(level)) && isObject(sketch.get("form", "fields", name))) {
      sketch.put(level, ["form", "fields", name, "access", key]);
    }
  }
}

export const CLIP_EDITS: Readonly<Record<string, EditFunction>> = {
  "steps.duplicate": stepsDuplicate,
  "steps.paste": stepsPaste,
};
