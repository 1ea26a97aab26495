import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { evaluate } from "./rules";

interface Vector {
  name: string;
  context: string;
  fields: Record<string, string | { type: string }>;
  rule: unknown;
  values: Record<string, unknown>;
  expected: boolean | "error";
}

const { vectors } = JSON.parse(readFileSync("tests/vectors/rules.json", "utf8")) as { vectors: Vector[] };
const decidable = vectors.filter((vector) => vector.context === "form" && vector.expected !== "error");

function typesOf(vector: Vector): Record<string, string> {
  return Object.fromEntries(
    Object.entries(vector.fields).map(([id, spec]) => [id, typeof spec === "string" ? spec : spec.type]),
  );
}

/** What only the server can tell: the clock, instants, people and references. */
function needsServer(vector: Vector): boolean {
  const text = JSON.stringify(vector.rule);
  return (
    /"(relative|value_ref|within_last|within_next|is_member_of|is_manager_of)"/.test(text) ||
    Object.values(typesOf(vector)).includes("datetime")
  );
}

describe("the shared vectors", () => {
  it.each(decidable.filter((vector) => !needsServer(vector)))("$name", (vector) => {
    expect(evaluate(vector.rule, vector.values, typesOf(vector))).toBe(vector.expected);
  });

  it.each(decidable.filter(needsServer))("has no answer or the right one: $name", (vector) => {
    expect([undefined, vector.expected]).toContain(evaluate(vector.rule, vector.values, typesOf(vector)));
  });

  it("are many", () => {
    expect(decidable.filter((vector) => !needsServer(vector)).length).toBeGreaterThan(300);
  });
});

describe("what has no answer", () => {
  it.each([
    ["two currencies", { field: "form.a", op: "gt", value: { amount: "1", currency: "INR" } }, { amount: "2", currency: "USD" }, "money"],
    ["a text for a number", { field: "form.a", op: "gt", value: 1 }, "many", "number"],
    ["an unknown type", { field: "form.a", op: "eq", value: 1 }, 1, "colour"],
  ])("%s", (_, rule, value, type) => {
    expect(evaluate(rule, { "form.a": value }, { "form.a": type })).toBeUndefined();
  });
});
