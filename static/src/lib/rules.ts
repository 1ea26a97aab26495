/**
 * The rule language of forms in the browser, for showing and hiding fields while somebody types. The server decides
 * again on submit. What only the server can tell (the clock, people, references) has no answer here: `undefined`.
 * The same vectors (tests/vectors/rules.json) run against this and against the server's evaluation.
 */
export type Verdict = boolean | undefined;
export type Values = Readonly<Record<string, unknown>>;
export type Types = Readonly<Record<string, string>>;

/** Raised inside of an evaluation that has no answer here. */
class Undecided extends Error {}

type Json = Record<string, unknown>;
type Read = string | boolean | Decimal | Money | ReadonlySet<string> | null;

interface Decimal {
  digits: bigint;
  places: number;
}

interface Money {
  amount: Decimal;
  currency: string;
}

const NEGATIVE: Record<string, string> = { ne: "eq", not_in: "in", has_none: "has_any" };
const ORDER: Record<string, (sign: number) => boolean> = {
  lt: (sign) => sign < 0,
  before: (sign) => sign < 0,
  lte: (sign) => sign <= 0,
  gt: (sign) => sign > 0,
  after: (sign) => sign > 0,
  gte: (sign) => sign >= 0,
};
const TEXT: Record<string, (text: string, part: string) => boolean> = {
  contains: (text, part) => text.includes(part),
  starts: (text, part) => text.startsWith(part),
  ends: (text, part) => text.endsWith(part),
};
const TEXTS = new Set(["text", "choice", "user", "group", "reference"]);
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$/;
const NUMBER = /^-?\d{1,38}(\.\d{1,38})?$/;

/** Whether a rule holds for flat values (`form.total` -> value); `types` names the type of each field. */
export function evaluate(rule: unknown, values: Values, types: Types): Verdict {
  try {
    return node(unwrap(rule), values, types);
  } catch (error) {
    if (error instanceof Undecided) return undefined;
    throw error;
  }
}

function unwrap(rule: unknown): unknown {
  return isObject(rule) && "schema_version" in rule && "rule" in rule ? rule["rule"] : rule;
}

/** Every part is evaluated, so that a value that cannot be read leaves the whole rule without an answer. */
function node(raw: unknown, values: Values, types: Types): boolean {
  if (!isObject(raw)) throw new Undecided();
  for (const [key, combine] of [
    ["all", (answers: boolean[]) => answers.every(Boolean)],
    ["any", (answers: boolean[]) => answers.some(Boolean)],
  ] as const) {
    const children = raw[key];
    if (Array.isArray(children) && children.length > 0) return combine(children.map((one) => node(one, values, types)));
  }
  if ("not" in raw) return !node(raw["not"], values, types);
  const saved = raw["saved"];
  if (isObject(saved)) return node(saved["rule"], values, types);
  return leaf(raw, values, types);
}

function leaf(raw: Json, values: Values, types: Types): boolean {
  const { field, op } = raw;
  if (typeof field !== "string" || typeof op !== "string" || "value_ref" in raw) throw new Undecided();
  const type = types[field];
  if (type === undefined || !(field in values)) throw new Undecided();
  const value = read(values[field], type);
  if (op === "is_empty") return value === null;
  if (op === "is_set") return value !== null;
  const positive = NEGATIVE[op];
  const other = raw["value_field"];
  if (typeof other === "string") {
    if (!(other in values)) throw new Undecided();
    const right = read(values[other], types[other] ?? type);
    const answer = right !== null && ask(positive ?? op, value, right, type);
    return positive ? !answer : answer;
  }
  const answer = withConstant(positive ?? op, value, raw["value"], type);
  return positive ? !answer : answer;
}

function withConstant(op: string, value: Read, raw: unknown, type: string): boolean {
  if (op === "in") {
    if (!Array.isArray(raw)) throw new Undecided();
    return raw.map((one) => constant(one, type)).some((one) => value !== null && same(value, one));
  }
  if (op === "between") {
    if (!Array.isArray(raw) || raw.length !== 2) throw new Undecided();
    const [low, high] = raw.map((one) => constant(one, type)) as [Read, Read];
    return value !== null && compare(value, low) >= 0 && compare(value, high) <= 0;
  }
  return ask(op, value, constant(raw, type), type);
}

function constant(raw: unknown, type: string): Read {
  const value = read(raw, type);
  if (value === null) throw new Undecided();
  return value;
}

/** A positive question about two values; nothing holds for an empty one. */
function ask(op: string, value: Read, right: Read, type: string): boolean {
  if (op === "eq" || op === "is_same_as_field") return value !== null && same(value, right);
  const ordered = ORDER[op];
  if (ordered) return value !== null && ordered(compare(value, right));
  const text = TEXT[op];
  if (text && type === "text") {
    return typeof value === "string" && typeof right === "string" && text(fold(value), fold(right));
  }
  if (op === "has_any" || op === "has_all") {
    if (!(right instanceof Set)) throw new Undecided();
    if (!(value instanceof Set)) return false;
    const wanted = [...(right as ReadonlySet<string>)];
    return op === "has_any" ? wanted.some((one) => value.has(one)) : wanted.every((one) => value.has(one));
  }
  throw new Undecided();
}

function read(raw: unknown, type: string): Read {
  if (raw === null || raw === undefined || raw === "" || (Array.isArray(raw) && raw.length === 0)) return null;
  if (TEXTS.has(type)) return shaped(typeof raw === "string", raw as string);
  if (type === "bool") return shaped(typeof raw === "boolean", raw as boolean);
  if (type === "date") return shaped(typeof raw === "string" && isDate(raw), raw as string);
  if (type === "time") return shaped(typeof raw === "string" && TIME.test(raw), padded(String(raw)));
  if (type === "number") return decimal(raw);
  if (type === "money") return money(raw);
  if (type === "multi_choice" || type === "file") {
    const texts = Array.isArray(raw) && raw.every((one) => typeof one === "string" && one !== "");
    return shaped(texts, new Set(raw as string[]));
  }
  throw new Undecided();
}

function shaped<Value extends Read>(right: boolean, value: Value): Value {
  if (!right) throw new Undecided();
  return value;
}

function isDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

/** A time with all its parts, so that texts compare like times. */
function padded(text: string): string {
  const [clock = "", fraction = ""] = (text.length === 5 ? `${text}:00` : text).split(".");
  return `${clock}.${fraction.padEnd(6, "0")}`;
}

function decimal(raw: unknown): Decimal {
  const text = typeof raw === "number" ? String(raw) : raw;
  if (typeof text !== "string" || !NUMBER.test(text)) throw new Undecided();
  const [whole = "0", fraction = ""] = text.split(".");
  return { digits: BigInt(whole + fraction), places: fraction.length };
}

function money(raw: unknown): Money | null {
  if (!isObject(raw)) throw new Undecided();
  const amount = raw["amount"];
  if (amount === null || amount === undefined || amount === "") return null;
  const currency = raw["currency"];
  if (typeof currency !== "string" || !/^[A-Z]{3}$/.test(currency)) throw new Undecided();
  return { amount: decimal(amount), currency };
}

function same(one: Read, other: Read): boolean {
  if (one instanceof Set && other instanceof Set) return one.size === other.size && [...one].every((item) => other.has(item));
  if (isDecimal(one) || isMoney(one)) return compare(one, other) === 0;
  return one === other;
}

/** Negative, zero or positive. What cannot be compared has no answer: two currencies, or a set. */
function compare(one: Read, other: Read): number {
  if (isMoney(one) && isMoney(other)) {
    if (one.currency !== other.currency) throw new Undecided();
    return compare(one.amount, other.amount);
  }
  if (isDecimal(one) && isDecimal(other)) {
    const places = Math.max(one.places, other.places);
    const gap = scaled(one, places) - scaled(other, places);
    return gap < 0n ? -1 : gap > 0n ? 1 : 0;
  }
  if (typeof one === "string" && typeof other === "string") return one < other ? -1 : one > other ? 1 : 0;
  throw new Undecided();
}

function scaled(value: Decimal, places: number): bigint {
  return value.digits * 10n ** BigInt(places - value.places);
}

/** Lower case as the server folds it: one sigma, one i. */
function fold(text: string): string {
  return text.toLowerCase().replaceAll("ς", "σ").replaceAll("i\u0307", "i");
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isDecimal(value: Read): value is Decimal {
  return typeof value === "object" && value !== null && "digits" in value;
}

function isMoney(value: Read): value is Money {
  return typeof value === "object" && value !== null && "currency" in value;
}
