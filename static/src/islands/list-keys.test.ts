import { expect, it } from "vitest";

import { show } from "../lib/testing";
import ListKeys from "./list-keys";

customElements.define("cs-list-keys", ListKeys);

function press(key: string, target: EventTarget = document.body): void {
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}

it("moves by J and K, stops at the ends, and leaves typing alone", () => {
  show(`<input type="search"><cs-list-keys>
    <p data-row><a data-open id="one" href="#1">1</a></p><p data-row><a data-open id="two" href="#2">2</a></p></cs-list-keys>`);
  const seen: (string | undefined)[] = [];
  for (const key of ["j", "j", "j", "k", "k"]) {
    press(key);
    seen.push(document.activeElement?.id);
  }
  expect(seen).toEqual(["one", "two", "two", "one", "one"]);
  const box = document.querySelector("input") as HTMLInputElement;
  box.focus();
  press("j", box);
  expect(document.activeElement).toBe(box);
});

it("ticks the row that has the focus by X", () => {
  show(`<cs-list-keys><p data-row><input type="checkbox" id="box"><a data-open id="one" href="#1">1</a></p></cs-list-keys>`);
  press("x");
  expect((document.getElementById("box") as HTMLInputElement).checked).toBe(false);
  press("j");
  press("x");
  expect((document.getElementById("box") as HTMLInputElement).checked).toBe(true);
});
