import { expect, it } from "vitest";

import { iconNames, symbol } from "../../build/icons";

it("finds icons as templates and Python mention them", () => {
  const texts = ['{% icon "check" %} {% nav_link "home" "Home" icon_name="home" %}', `{"icon": "x"}`, '{% include "a" with icon="eye" %}'];
  expect(iconNames(texts)).toEqual(["check", "eye", "home", "x"]);
});

it("keeps only the drawing", () => {
  const svg = '<!-- tags --><svg xmlns="http://www.w3.org/2000/svg" fill="none"><path stroke="none" d="M0 0h24v24H0z" fill="none"/><path d="M5 12l5 5" /></svg>';
  expect(symbol("check", svg)).toBe('<symbol id="check" viewBox="0 0 24 24"><path d="M5 12l5 5" /></symbol>');
});
