import { expect, it } from "vitest";

import { show } from "../lib/testing";
import TickAll from "./tick-all";

customElements.define("cs-tick-all", TickAll);

const FORM = `<form><cs-tick-all><label hidden><input type="checkbox" id="all"></label></cs-tick-all>
  <input type="checkbox" name="ids" id="one"><input type="checkbox" name="ids" id="two"><input type="checkbox" name="other" id="other">
  <span data-ticked></span></form>`;

function box(id: string): HTMLInputElement {
  return document.getElementById(id) as HTMLInputElement;
}

function tick(id: string, checked: boolean): void {
  box(id).checked = checked;
  box(id).dispatchEvent(new Event("change", { bubbles: true }));
}

it("ticks all rows and no other box, and counts what is ticked", () => {
  show(FORM);
  expect(box("all").closest("label")?.hidden).toBe(false);
  tick("all", true);
  expect(["one", "two", "other"].map((id) => box(id).checked)).toEqual([true, true, false]);
  expect(document.querySelector("[data-ticked]")?.textContent).toBe("(2)");
  tick("all", false);
  expect(box("one").checked).toBe(false);
  expect(document.querySelector("[data-ticked]")?.textContent).toBe("");
});

it("follows what is ticked by hand", () => {
  show(FORM);
  tick("one", true);
  expect([box("all").checked, box("all").indeterminate]).toEqual([false, true]);
  tick("two", true);
  expect([box("all").checked, box("all").indeterminate]).toEqual([true, false]);
});
