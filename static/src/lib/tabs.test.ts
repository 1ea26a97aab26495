import { expect, it, vi } from "vitest";

import { startTabs } from "./tabs";
import { show } from "./testing";

function at(left: number, width: number): DOMRect {
  return { left, width, right: left + width } as DOMRect;
}

it("brings the open tab into view, at first and after each swap, and moves nothing else", () => {
  show('<ul class="cs-tabs"><li><a>One</a></li><li><a aria-current="page">Two</a></li></ul>');
  const row = document.querySelector<HTMLElement>(".cs-tabs");
  const open = document.querySelector<HTMLElement>("[aria-current]");
  if (!row || !open) throw new Error("no tabs");
  vi.spyOn(row, "getBoundingClientRect").mockReturnValue(at(10, 300));
  const place = vi.spyOn(open, "getBoundingClientRect").mockReturnValue(at(410, 100));
  startTabs();
  expect(row.scrollLeft).toBe(300);
  place.mockReturnValue(at(50, 100));
  document.dispatchEvent(new Event("htmx:afterSettle"));
  expect(row.scrollLeft).toBe(300);
});
