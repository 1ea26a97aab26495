import { beforeEach, describe, expect, it, vi } from "vitest";

import { show } from "../testing";
import type { Draft } from "./draft";

/** The page of the draft, loaded anew by somebody; no server answers. */
async function openedBy(me: string): Promise<Draft> {
  show(`<cs-draft data-definition="d" data-version="1" data-revision="0" data-me="${me}" data-document="/d/" data-operations="/o/"></cs-draft>`);
  vi.resetModules();
  const { pageDraft } = await import("./page");
  return (await pageDraft()) as Draft;
}

describe("what is kept in the browser", () => {
  beforeEach(() => {
    localStorage.clear();
    // Every name is free.
    const request = (_: string, options: unknown, then = options): void => (then as (lock: object) => void)({});
    Object.defineProperty(navigator, "locks", { configurable: true, value: { request } });
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
  });

  it("waits for whoever made it, and is not sent in the name of somebody who logs in after", async () => {
    const tess = await openedBy("tess");
    tess.keepPost("1", "/workflows/d/design/edit/", "edit=form.set");
    expect((await openedBy("omar")).kept).toBe(0);
    expect((await openedBy("tess")).kept).toBe(1);
  });
});
