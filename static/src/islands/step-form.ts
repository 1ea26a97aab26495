import { evaluate, type Types, type Values } from "../lib/rules";

/** Types of form fields as rules know them. A table has no answer in the browser: its fields stay as they are. */
const TYPES: Record<string, string> = {
  text: "text",
  long_text: "text",
  number: "number",
  money: "money",
  date: "date",
  time: "time",
  choice: "choice",
  multi_choice: "multi_choice",
  checkbox: "bool",
  user: "user",
  department: "group",
  file: "file",
};

interface Conditional {
  place: HTMLElement;
  name: string;
  rule: unknown;
}

/**
 * Shows and hides the fields of a step while the others are filled in. Hidden fields keep what was typed, so that it
 * is back when they are; the server stores nothing of them. A rule that only the server can answer shows its field.
 */
export default class StepForm extends HTMLElement {
  private conditionals: Conditional[] = [];
  private fixed: Record<string, unknown> = {};
  private acting: Record<string, [string, unknown]> = {};

  connectedCallback(): void {
    this.fixed = JSON.parse(this.dataset["values"] || "{}") as Record<string, unknown>;
    this.acting = JSON.parse(this.dataset["acting"] || "{}") as Record<string, [string, unknown]>;
    this.conditionals = [...this.querySelectorAll<HTMLElement>("[data-visible-when]")].map((place) => ({
      place,
      name: place.dataset["field"] ?? "",
      rule: JSON.parse(place.dataset["visibleWhen"] ?? "{}") as unknown,
    }));
    if (this.conditionals.length === 0) return;
    for (const kind of ["input", "change"]) this.addEventListener(kind, () => this.follow());
    this.follow();
  }

  private follow(): void {
    const { values, types } = this.answers();
    const hidden = hiddenFields(this.conditionals, values, types);
    for (const { place, name, rule } of this.conditionals) {
      place.hidden = hidden.has(name);
      const hint = place.querySelector<HTMLElement>("[data-condition]");
      if (hint) hint.hidden = evaluate(rule, values, types) !== undefined;
    }
  }

  /** What stands in the page now, as the rules read it. */
  private answers(): { values: Record<string, unknown>; types: Record<string, string> } {
    const values: Record<string, unknown> = {};
    const types: Record<string, string> = {};
    const put = (name: string, value: unknown, type: string | undefined): void => {
      if (type === undefined) return;
      values[`form.${name}`] = value;
      types[`form.${name}`] = type;
    };
    for (const [id, [type, value]] of Object.entries(this.acting)) {
      values[id] = value;
      types[id] = type;
    }
    for (const [name, value] of Object.entries(this.fixed)) {
      for (const [end, part] of parts(name, value)) put(end, part, inferred(part));
    }
    for (const place of this.querySelectorAll<HTMLElement>("[data-field]")) {
      const name = place.dataset["field"] ?? "";
      const kind = place.dataset["type"] ?? "";
      if (kind === "date_range") {
        for (const end of ["from", "to"]) put(`${name}.${end}`, text(place, `[name$="-${end}"]`), "date");
      } else put(name, answer(place, kind), TYPES[kind]);
    }
    return { values, types };
  }
}

/** Names of the fields whose condition does not hold. A hidden field counts as empty for the conditions of others. */
export function hiddenFields(
  conditionals: readonly { name: string; rule: unknown }[],
  values: Values,
  types: Types,
): Set<string> {
  let hidden = new Set<string>();
  // Each round settles at least one field of a chain of conditions; the server refuses circles.
  for (let round = 0; round <= conditionals.length; round += 1) {
    const seen: Record<string, unknown> = { ...values };
    for (const id of Object.keys(seen)) {
      const [root, name = ""] = id.split(".");
      if (root === "form" && hidden.has(name)) seen[id] = null;
    }
    const next = new Set(
      conditionals.filter(({ rule }) => evaluate(rule, seen, types) === false).map(({ name }) => name),
    );
    if (next.size === hidden.size && [...next].every((name) => hidden.has(name))) break;
    hidden = next;
  }
  return hidden;
}

function answer(place: HTMLElement, kind: string): unknown {
  if (kind === "checkbox") return place.querySelector<HTMLInputElement>("input[type=checkbox]")?.checked ?? false;
  if (kind === "multi_choice") {
    const boxes = [...place.querySelectorAll<HTMLInputElement>("input[type=checkbox]:checked")].map((box) => box.value);
    const options = [...(place.querySelector("select")?.selectedOptions ?? [])].map((option) => option.value);
    return [...boxes, ...options].filter(Boolean);
  }
  if (kind === "file") {
    const kept = [...place.querySelectorAll<HTMLInputElement>("input[type=checkbox]:checked")].map((box) => box.value);
    const chosen = [...(place.querySelector<HTMLInputElement>("input[type=file]")?.files ?? [])].map((file) => file.name);
    return [...kept, ...chosen];
  }
  if (kind === "money") {
    const amount = text(place, "input[type=number], input[inputmode=decimal]");
    const currency = place.querySelector("select")?.value ?? place.querySelector(".input-group-text")?.textContent?.trim();
    return amount === null ? null : { amount, currency };
  }
  const radios = place.querySelectorAll<HTMLInputElement>("input[type=radio]");
  if (radios.length > 0) return [...radios].find((radio) => radio.checked)?.value || null;
  return text(place, "input, select, textarea");
}

function text(place: HTMLElement, selector: string): string | null {
  const control = place.querySelector<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>(selector);
  return control?.value.trim() || null;
}

/** A stored date range is two dates for the rules. */
function parts(name: string, value: unknown): [string, unknown][] {
  if (typeof value === "object" && value !== null && ("from" in value || "to" in value)) {
    const range = value as Record<string, unknown>;
    return [
      [`${name}.from`, range["from"] ?? null],
      [`${name}.to`, range["to"] ?? null],
    ];
  }
  return [[name, value]];
}

/** The type of a value that is only read here. Decimals are stored as texts and compare as numbers. */
function inferred(value: unknown): string | undefined {
  if (value === null) return "text";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return "number";
  if (Array.isArray(value)) return value.every((one) => typeof one === "string") ? "multi_choice" : undefined;
  if (typeof value === "object") return "money";
  if (typeof value !== "string") return undefined;
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return "date";
  return /^-?\d+\.\d+$/.test(value) ? "number" : "text";
}
