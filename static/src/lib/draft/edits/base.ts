import { apply, change } from "../changes";
import { type Change, type Edit, type Json, type JsonObject, isObject, same } from "../model";
import { isList, placeOf, read } from "../places";

/** The parameters of an edit, as forms send them: texts, or lists of them. */
export type Params = Readonly<Record<string, Json | undefined>>;

export type EditFunction = (document: JsonObject, params: Params) => Edit;

const MAX_NAME = 120;
const MAX_KEY = 60;
const MAX_LABEL = 200;

/** The edit cannot be made; `fields` names the parameters with what to do. */
export class EditRefused extends Error {
  constructor(readonly fields: Readonly<Record<string, readonly string[]>>) {
    super(Object.values(fields).flat().join(" "));
  }
}

export function refuse(name: string, what: string): never {
  throw new EditRefused({ [name]: [what] });
}

interface Put {
  readonly index?: number | undefined;
  readonly standard?: Json;
}

/** A document on which an edit is worked out; it notes the changes, each upon the ones before. */
export class Sketch {
  private readonly changes: Change[] = [];

  constructor(public document: JsonObject) {}

  get(...parts: readonly string[]): Json | undefined {
    return read(this.document, placeOf(...parts));
  }

  /** The objects of the list that stands there; none where nothing does. */
  items(...parts: readonly string[]): JsonObject[] {
    const found = this.get(...parts);
    return isList(found) ? found.filter(isObject) : [];
  }

  /** Have the value there; one at its standard is left out, as documents are written. Missing parents come with it. */
  put(given: Json | undefined, parts: readonly string[], { index, standard }: Put = {}): void {
    let value = given !== undefined && same(given, standard) ? undefined : given;
    let at = parts;
    const before = this.get(...at);
    if (same(before, value)) return;
    while (value !== undefined && before === undefined && at.length > 2 && this.get(...at.slice(0, -1)) === undefined) {
      value = { [at.at(-1) ?? ""]: value };
      at = at.slice(0, -1);
    }
    const applied = apply(this.document, [change(placeOf(...at), before, value, index)]);
    this.document = applied.document;
    this.changes.push(...applied.changes);
  }

  remove(...parts: readonly string[]): void {
    this.put(undefined, parts);
  }

  edit(label: string): Edit {
    return { label: [...label].slice(0, MAX_LABEL).join(""), changes: [...this.changes] };
  }
}

/** A parameter as one line of text; `required` is what to do where it is empty. */
export function text(params: Params, name: string, required = ""): string {
  const value = params[name] ?? "";
  if (typeof value !== "string") refuse(name, "Send a text.");
  const found = value.split(/\s+/u).filter(Boolean).join(" ");
  if ([...found].length > MAX_NAME) refuse(name, `Use at most ${MAX_NAME} characters.`);
  if (required && !found) refuse(name, required);
  return found;
}

/** A parameter as a list of texts, each once; a single text is a list of one. */
export function texts(params: Params, name: string): string[] {
  const value = params[name] ?? [];
  const values: readonly Json[] = isList(value) ? value : [value];
  return [...new Set(values.filter((one) => typeof one === "string" && one !== ""))] as string[];
}

/** A parameter as yes or no, as a ticked box sends it. */
export function flag(params: Params, name: string): boolean {
  const value = params[name];
  return value === true || (typeof value === "string" && ["on", "true", "1", "yes"].includes(value));
}

/** A key made of a name: "HR review" -> "hr_review". The same on the server. */
export function slug(name: string, fallback: string): string {
  const ascii = [...name.normalize("NFKD")].filter((sign) => sign <= "\u007f").join("");
  const made = ascii.toLowerCase().replace(/[^a-z0-9]+/g, "_");
  return stripped(stripped(made, "_").slice(0, MAX_KEY - 8), "_") || fallback;
}

/** `wanted`, or with a number behind it where it is taken. */
export function freeKey(wanted: string, taken: readonly string[]): string {
  const root = stripped(wanted.slice(0, MAX_KEY - 8), "_-");
  let found = root;
  for (let number = 2; taken.includes(found); number++) found = `${root}_${number}`;
  return found;
}

function stripped(word: string, signs: string): string {
  let [start, end] = [0, word.length];
  while (start < end && signs.includes(word.charAt(start))) start++;
  while (end > start && signs.includes(word.charAt(end - 1))) end--;
  return word.slice(start, end);
}
