import { evaluate, type Types, type Values } from "../lib/rules";

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
  private known: Record<string, [string, unknown]> = {};

  connectedCallback(): void {
    for (const text of [this.dataset["acting"], this.dataset["values"]]) {
      Object.assign(this.known, JSON.parse(text || "{}") as Record<string, [string, unknown]>);
    }
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
    for (const [id, [type, value]] of Object.entries(this.known)) {
      values[id] = value;
      types[id] = type;
    }
    for (const place of this.querySelectorAll<HTMLElement>("[data-field]")) {
      const name = place.dataset["field"] ?? "";
      const type = place.dataset["rule"];
      if (type) {
        values[`form.${name}`] = answer(place, type);
        types[`form.${name}`] = type;
      }
      for (const part of place.querySelectorAll<HTMLInputElement>("[data-part][data-rule]")) {
        const id = `form.${name}.${part.dataset["part"]}`;
        values[id] = part.value.trim() || null;
        types[id] = part.dataset["rule"] ?? "";
      }
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

/** What stands in a field now, by its type in rules. */
function answer(place: HTMLElement, kind: string): unknown {
  const kept = place.querySelector<HTMLElement>("[data-answer]");
  if (kept) return JSON.parse(kept.dataset["answer"] || "null") as unknown;
  if (kind === "bool") return place.querySelector<HTMLInputElement>("input[type=checkbox]")?.checked ?? false;
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
