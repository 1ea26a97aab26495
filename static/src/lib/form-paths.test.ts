import { expect, test } from "vitest";

import { pathAfter } from "./form-paths";

test("a path behind a removed part moves up, others stay", () => {
  expect(pathAfter([2], [1])).toEqual([1]);
  expect(pathAfter([2, 0], [1])).toEqual([1, 0]);
  expect(pathAfter([0], [1])).toEqual([0]);
  expect(pathAfter([0, 3], [0, 1])).toEqual([0, 2]);
  expect(pathAfter([1, 3], [0, 1])).toEqual([1, 3]);
  expect(pathAfter([], [4])).toEqual([]);
});
