import { expect, it } from "vitest";

import { apart } from "./draft-clash";

it("tells what differs in two things that are called the same", () => {
  const step = { key: "review", name: "Review", assignee: { rule: { field: "candidate.id", op: "eq", value: "tess" } } };
  expect(apart({ ...step, description: "Look twice" }, step)).toEqual(["Review; description: Look twice", "Review; description: none"]);
  const other = { ...step, assignee: { rule: { field: "candidate.id", op: "eq", value: "omar" } } };
  expect(apart(step, other)).toEqual(["Review; assignee: rule: value: tess", "Review; assignee: rule: value: omar"]);
});

it("leaves what is called otherwise as it is", () => {
  expect(apart({ name: "A" }, { name: "B" })).toEqual(["A", "B"]);
  expect(apart(undefined, "B")).toEqual(["taken away", "B"]);
});
