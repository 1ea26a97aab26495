/** What the designers edit, as the server keeps it. Twin of `workflows/drafting`. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** One place of the draft, before and after; a side that is left out is "not there". */
export interface Change {
  readonly place: string;
  readonly before?: Json;
  readonly after?: Json;
  /** Where in its list something is put. */
  readonly index?: number;
}

export type OperationKind = "do" | "undo" | "redo";

/** A numbered row of the draft's history; without a number while the server does not have it. */
export interface Operation {
  readonly id: string;
  readonly number?: number;
  readonly kind: OperationKind;
  /** The operation that is taken back or done again, by its id. */
  readonly of?: string | null;
  readonly label: string;
  readonly changes: readonly Change[];
  readonly by?: { readonly id: string; readonly name: string };
  readonly at?: string;
}

/** What a semantic edit comes to. */
export interface Edit {
  readonly label: string;
  readonly changes: readonly Change[];
}

export type StepKind = "start" | "task" | "end" | "fork" | "join" | "noop" | "auto";

export interface Position extends JsonObject {
  readonly x: number;
  readonly y: number;
}

export interface Step extends JsonObject {
  readonly key: string;
  readonly name: string;
  readonly kind: StepKind;
  readonly position?: Position;
}

export interface Transition extends JsonObject {
  readonly key: string;
  readonly name?: string;
  readonly from: string;
  readonly to: string;
  readonly return?: boolean;
  readonly otherwise?: boolean;
  readonly condition?: JsonObject;
  readonly reason_required?: boolean;
}

export interface Graph extends JsonObject {
  readonly steps: readonly Step[];
  readonly transitions: readonly Transition[];
}

export interface DraftDocument extends JsonObject {
  readonly graph: Graph;
  readonly form: JsonObject;
  readonly cases: readonly JsonObject[];
}

/** The same JSON, whatever the order of the keys of its objects. */
export function same(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true;
  if (Array.isArray(one) || Array.isArray(other)) {
    return (
      Array.isArray(one) &&
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, row) => same(item, other[row]))
    );
  }
  if (!isObject(one) || !isObject(other)) return false;
  const keys = definedKeys(one);
  return keys.length === definedKeys(other).length && keys.every((key) => same(one[key], other[key]));
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function definedKeys(value: JsonObject): string[] {
  return Object.keys(value).filter((key) => value[key] !== undefined);
}
