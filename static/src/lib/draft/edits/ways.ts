import { type EditFunction, Sketch, freeKey, refuse, text } from "./base";
import { STEPS, WAYS, leadsBack, nameOf, stepOf, wayKeys, wayName, wayOf, withoutWays } from "./graph";

/** `from`, `to`, `name` (that of the target where empty); a way that closes a circle is marked as a way back. */
const transitionAdd: EditFunction = (document, params) => {
  const sketch = new Sketch(document);
  const source = stepOf(sketch, text(params, "from"), "from");
  const target = stepOf(sketch, text(params, "to"), "to");
  const name = text(params, "name");
  const [from, to] = [String(source.key), String(target.key)];
  refuseEnds(sketch, from, to);
  refuseTwice(sketch, from, to, name);
  const way = {
    key: freeKey(`${from}_to_${to}`, wayKeys(sketch)),
    from,
    to,
    ...(name ? { name } : {}),
    ...(leadsBack(sketch, from, to) ? { return: true } : {}),
  };
  sketch.put(way, [...WAYS, way.key]);
  return sketch.edit(`Connect “${source.name}” to “${target.name}”`);
};

/** `transition`, `name`: empty for the name of the step that it leads to. */
const transitionRename: EditFunction = (document, params) => {
  const sketch = new Sketch(document);
  const way = wayOf(sketch, text(params, "transition"));
  sketch.put(text(params, "name"), [...WAYS, String(way.key), "name"], { standard: "" });
  return sketch.edit(`Rename the way “${wayName(sketch, way)}”`);
};

/** `transition`; `from` and `to`, each as it was where empty. Whether it leads back is found out again. */
const transitionLead: EditFunction = (document, params) => {
  const sketch = new Sketch(document);
  const way = wayOf(sketch, text(params, "transition"));
  const key = String(way.key);
  const source = String(stepOf(sketch, text(params, "from") || String(way.from), "from").key);
  const target = String(stepOf(sketch, text(params, "to") || String(way.to), "to").key);
  if (source === way.from && target === way.to) return sketch.edit("Lead a way elsewhere");
  refuseEnds(sketch, source, target);
  refuseTwice(sketch, source, target, String(way.name ?? ""), key);
  sketch.put(source, [...WAYS, key, "from"]);
  sketch.put(target, [...WAYS, key, "to"]);
  const others = new Sketch(sketch.document);
  others.remove(...WAYS, key);
  sketch.put(leadsBack(others, source, target), [...WAYS, key, "return"], { standard: false });
  return sketch.edit(`Lead a way from “${nameOf(sketch, source)}” to “${nameOf(sketch, target)}”`);
};

const transitionRemove: EditFunction = (document, params) => {
  const sketch = new Sketch(document);
  const way = wayOf(sketch, text(params, "transition"));
  const [from, to] = [nameOf(sketch, String(way.from)), nameOf(sketch, String(way.to))];
  withoutWays(sketch, [String(way.key)]);
  return sketch.edit(`Remove the way from “${from}” to “${to}”`);
};

function refuseEnds(sketch: Sketch, source: string, target: string): void {
  if (source === target) refuse("to", "A step cannot lead to itself. Choose another step.");
  if (sketch.get(...STEPS, source, "kind") === "end") {
    refuse("from", "A request is over at an end. Choose another step.");
  }
}

/** Two ways out of a step that people could not tell apart. */
function refuseTwice(sketch: Sketch, source: string, target: string, name: string, besides = ""): void {
  const wanted = (name || nameOf(sketch, target)).toLowerCase();
  for (const way of sketch.items(...WAYS)) {
    if (way.from === source && way.key !== besides && wayName(sketch, way).toLowerCase() === wanted) {
      const called = wayName(sketch, way);
      refuse("name", `There is a way called “${called}” from here already. Give this one another name.`);
    }
  }
}

export const WAY_EDITS: Readonly<Record<string, EditFunction>> = {
  "transition.add": transitionAdd,
  "transition.rename": transitionRename,
  "transition.lead": transitionLead,
  "transition.remove": transitionRemove,
};
