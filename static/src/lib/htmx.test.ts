import { beforeEach, expect, test, vi } from "vitest";

import { startHtmx } from "./htmx";

// The page without a browser has no XPath, which htmx asks for as soon as it is loaded.
vi.mock("htmx.org", () => ({ default: { config: {} } }));

const PANEL = `<h2 tabindex="-1" data-focus>Review</h2>
  <form><input type="checkbox" name="not_requester" value="on"></form>
  <form id="other"><button>Save</button></form><button form="other">Remove</button><form><button>Save</button>
  <input type="radio" name="who" value="rule"><input type="radio" name="who" value="nobody">
  <input type="checkbox" name="not_requester" value="on"></form>`;

startHtmx(document);

beforeEach(() => {
  document.body.innerHTML = `<div id="panel">${PANEL}</div>`;
});

function drawnAgain(html: string, asked?: Element | null): void {
  const panel = document.getElementById("panel");
  if (!panel) throw new Error("no panel");
  document.dispatchEvent(new CustomEvent("htmx:beforeSwap", { detail: { requestConfig: asked ? { elt: asked } : undefined } }));
  panel.innerHTML = html;
  document.dispatchEvent(new CustomEvent("htmx:afterSettle", { detail: { elt: panel } }));
}

test.each([1, 2, 3])("a tick or a radio button that was pressed keeps the keyboard when it is drawn again", (row) => {
  const controls = (): NodeListOf<HTMLInputElement> => document.querySelectorAll("input");
  controls()[row]?.focus();
  drawnAgain(PANEL);
  expect(document.activeElement).toBe(controls()[row]);
});

test("a button on the way keeps the keyboard when the answer to something else draws it again", () => {
  const buttons = (): NodeListOf<HTMLButtonElement> => document.querySelectorAll("button");
  buttons()[2]?.focus();
  drawnAgain(PANEL, document.getElementById("other"));
  expect(document.activeElement).toBe(buttons()[2]);
});

test.each(["#other button", "[form=other]"])("a button that was pressed leaves the keyboard to what it brought: %s", (button) => {
  document.querySelector<HTMLButtonElement>(button)?.focus();
  drawnAgain(PANEL, document.getElementById("other"));
  expect(document.activeElement?.textContent).toBe("Review");
});

test("one that can be pressed no more leaves it as well", () => {
  document.querySelectorAll("button")[2]?.focus();
  drawnAgain(PANEL.replaceAll("<button>", "<button disabled>"), document.getElementById("other"));
  expect(document.activeElement?.textContent).toBe("Review");
});

test("where it is gone the keyboard goes to what was brought", () => {
  document.querySelector<HTMLInputElement>("[value=nobody]")?.focus();
  drawnAgain('<h2 tabindex="-1" data-focus>Gone</h2>');
  expect(document.activeElement?.textContent).toBe("Gone");
});
