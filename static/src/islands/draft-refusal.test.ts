import { beforeEach, expect, it, vi } from "vitest";

import type { Refusal } from "../lib/draft/draft";
import { showRefusal } from "./draft-refusal";

vi.mock("htmx.org", () => ({
  default: {
    ajax: () => Promise.reject(new Error("no network")),
    swap: (target: Element, page: string) => {
      target.innerHTML = page;
    },
  },
}));

const PANEL = "graph/steps/review";

function refused(more: Partial<Refusal> = {}): Refusal {
  return { message: "A change made while offline was refused.", lost: ["name: HR", "step: review"], ...more };
}

function shownOn(tab: string, inside = "<p>The tab</p>"): HTMLElement {
  window.location.href = `http://localhost/?tab=${tab}`;
  document.body.innerHTML = `<div id="design-tab">${inside}</div>`;
  return document.getElementById("design-tab") as HTMLElement;
}

beforeEach(() => vi.restoreAllMocks());

it("says what was lost, with its text, until it is dismissed", () => {
  const tab = shownOn("form");
  showRefusal(refused());
  const notice = tab.querySelector<HTMLElement>('[role="alert"]');
  expect(notice?.textContent).toContain("A change made while offline was refused.");
  expect(notice?.querySelector("pre")?.textContent).toBe("name: HR\nstep: review");
  expect(tab.textContent).toContain("The tab");
  notice?.querySelector("button")?.click();
  expect(tab.innerHTML).toBe("<p>The tab</p>");
});

it("shows a form as it came back on its own tab, and elsewhere what it was: it is not kept any more", () => {
  const page = "<form>What is wrong</form>";
  const own = shownOn("form");
  showRefusal(refused({ page, tab: "form" }));
  expect(own.textContent).toBe("What is wrong");
  const other = shownOn("rules");
  showRefusal(refused({ page, tab: "form" }));
  expect(other.querySelector("pre")?.textContent).toContain("name: HR");
});

it("leads to the tab of a form that clashes, where it comes up again; that of settings is the canvas", () => {
  const go = vi.spyOn(window.location, "assign").mockImplementation(() => undefined);
  shownOn("rules");
  showRefusal(refused({ page: "<p>", tab: "form", isClash: true }));
  showRefusal(refused({ page: "<p>", tab: "outline", panel: PANEL, isClash: true }));
  expect(go.mock.calls).toEqual([["?tab=form"], ["?tab=graph"]]);
});

it("leaves settings beside a canvas to their panel", () => {
  const tab = shownOn("graph", "<cs-graph-canvas></cs-graph-canvas>");
  showRefusal(refused({ page: "<p>", tab: "outline", panel: PANEL, isClash: true }));
  expect(tab.querySelector('[role="alert"]')).toBeNull();
  showRefusal(refused({ lost: ["Rename “Review”"] }));
  expect(tab.querySelector("pre")?.textContent).toBe("Rename “Review”");
});
