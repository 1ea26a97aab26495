import { type Json, isObject } from "./model";

/** Lists whose items are known by one of their attributes; every other list is one value. */
const KEYED: Readonly<Record<string, string>> = {
  "graph/steps": "key",
  "graph/transitions": "key",
  "form/fields": "name",
  cases: "name",
};
export const ORDER = "~order";

/** What a place belongs to is not there. */
export class PlaceError extends Error {}

export function partsOf(place: string): string[] {
  return place.split("/").map((part) => (part === ORDER ? part : part.replaceAll("~1", "/").replaceAll("~0", "~")));
}

export function placeOf(...parts: readonly string[]): string {
  return parts.map((part) => (part === ORDER ? part : part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/");
}

/** The value at a place, undefined where nothing stands. */
export function read(document: Json, place: string): Json | undefined {
  let node: Json | undefined = document;
  let walked = "";
  for (const part of partsOf(place)) {
    const attribute: string | undefined = KEYED[walked];
    if (isObject(node)) node = node[part];
    else if (isList(node) && attribute) node = part === ORDER ? keysOf(node, attribute) : node[rowOf(node, attribute, part)];
    else return undefined;
    walked = walked ? `${walked}/${part}` : part;
  }
  return node;
}

/**
 * The document with the value at the place (undefined takes away); a new item of a list goes to `index`, else to the end.
 * Whatever is not on the way there stays the same object. Throws PlaceError.
 */
export function written<Document extends Json>(
  document: Document,
  place: string,
  value: Json | undefined,
  index?: number,
): Document {
  return put(document, partsOf(place), "", { value, index }) as Document;
}

interface Written {
  readonly value: Json | undefined;
  readonly index: number | undefined;
}

function put(node: Json | undefined, parts: readonly string[], walked: string, put_: Written): Json {
  const [part = "", ...rest] = parts;
  const attribute = KEYED[walked];
  const next = walked ? `${walked}/${part}` : part;
  if (isList(node) && attribute) {
    if (rest.length === 0) return listPut(node, attribute, part, put_);
    const row = rowOf(node, attribute, part);
    if (row < 0) throw new PlaceError(next);
    return node.map((item, at) => (at === row ? put(item, rest, next, put_) : item));
  }
  if (!isObject(node)) throw new PlaceError(next);
  if (rest.length > 0) {
    if (node[part] === undefined) throw new PlaceError(next);
    return { ...node, [part]: put(node[part], rest, next, put_) };
  }
  const { [part]: _, ...others } = node;
  return put_.value === undefined ? others : { ...node, [part]: put_.value };
}

function listPut(items: readonly Json[], attribute: string, part: string, { value, index }: Written): Json[] {
  if (part === ORDER) return ordered(items, attribute, value);
  const row = rowOf(items, attribute, part);
  if (value === undefined) return items.filter((_, at) => at !== row);
  if (row >= 0) return items.map((item, at) => (at === row ? value : item));
  const at = Math.max(0, Math.min(index ?? items.length, items.length));
  return [...items.slice(0, at), value, ...items.slice(at)];
}

function ordered(items: readonly Json[], attribute: string, keys: Json | undefined): Json[] {
  const byKey = new Map(items.map((item) => [keyOf(item, attribute), item]));
  const found = isList(keys) ? keys.flatMap((key) => byKey.get(key) ?? []) : [];
  if (found.length !== items.length) throw new PlaceError(ORDER);
  return found;
}

/** Where in its list the item of the place stands; undefined for what is no item of a list. */
export function indexOf(document: Json, place: string): number | undefined {
  const parts = partsOf(place);
  const part = parts.pop() ?? "";
  const attribute = KEYED[parts.join("/")];
  if (attribute === undefined || part === ORDER) return undefined;
  const items = read(document, placeOf(...parts));
  const row = isList(items) ? rowOf(items, attribute, part) : -1;
  return row < 0 ? undefined : row;
}

/** Whether one of the two places lies in the other, or both are the same. */
export function covers(place: string, other: string): boolean {
  return place === other || place.startsWith(`${other}/`) || other.startsWith(`${place}/`);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function keysOf(items: readonly Json[], attribute: string): Json[] {
  return items.map((item) => keyOf(item, attribute) ?? null);
}

function rowOf(items: readonly Json[], attribute: string, key: string): number {
  return items.findIndex((item) => keyOf(item, attribute) === key);
}

function keyOf(item: Json, attribute: string): Json | undefined {
  return isObject(item) ? item[attribute] : undefined;
}
