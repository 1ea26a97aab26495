import { beforeEach, expect, it, vi } from "vitest";

import { Draft } from "../../lib/draft/draft";
import { Queue } from "../../lib/draft/queue";
import type { Answer } from "../../lib/draft/server";
import { small } from "../../lib/draft/testing";
import { BoardStore } from "./board";
import { SettingsPanel } from "./settings";

const asked = vi.hoisted(() => vi.fn());

vi.mock("htmx.org", () => ({
  default: {
    ajax: (_: string, address: string) => Promise.reject(new Error(`no network: ${asked(address)}`)),
    swap: (target: Element, page: string) => {
      target.innerHTML = page;
    },
  },
}));

const PAGE = '<section class="cs-panel"><p data-refused>Changed by Tess</p><input value="HR"></section>';
const FORM = "tab=outline&panel=graph%2Fsteps%2Freview&revision=0&edit=step.set&step=review&name=HR";

function board(isClash: boolean): BoardStore {
  const refused: Answer = { kind: "refused", message: "Refused.", page: PAGE, isClash };
  const server = { post: () => Promise.resolve(refused) };
  const start = { document: small(), revision: 0, operations: [] };
  return new BoardStore(new Draft(start, "me", new Queue("v", "t", localStorage), server as never), { steps: {}, ways: {} }, []);
}

function panel(): HTMLElement {
  document.body.innerHTML = '<aside hidden data-folded><button data-fold></button><div id="design-settings"></div></aside>';
  return document.querySelector("aside") as HTMLElement;
}

beforeEach(() => {
  asked.mockClear();
  localStorage.clear();
  localStorage.setItem("countersign:settings-closed", "yes");
});

it.each([true, false])("shows settings that were kept and are refused now, unfolded (clash: %s)", async (isClash) => {
  const store = board(isClash);
  const aside = panel();
  new SettingsPanel(aside, "/item/").follow(store);
  store.draft.keepPost("1", "/design/edit/", FORM);
  await store.draft.flush();
  expect(aside.hasAttribute("data-folded")).toBe(false);
  expect(aside.textContent).toContain("Changed by Tess");
  expect(aside.querySelector("input")?.value).toBe("HR");
  expect(store.draft.kept).toBe(isClash ? 1 : 0);
});

it("shows them too where they were refused before the canvas was there, and stays with them while something else is chosen", async () => {
  const store = board(true);
  store.draft.keepPost("1", "/design/edit/", FORM);
  await store.draft.flush();
  const aside = panel();
  new SettingsPanel(aside, "/item/").follow(store);
  store.choose(["apply"]);
  await new Promise((resolve) => window.setTimeout(resolve, 200));
  expect(aside.textContent).toContain("Changed by Tess");
});

it("keeps a question about what was typed when its step is taken away, until something is chosen once more", async () => {
  const store = board(true);
  const aside = panel();
  localStorage.setItem("countersign:settings-closed", "no");
  window.innerWidth = 1400;
  store.choose(["review"]);
  new SettingsPanel(aside, "/item/").follow(store);
  const pause = (): Promise<void> => new Promise((resolve) => window.setTimeout(resolve, 200));
  await pause();
  (aside.querySelector("#design-settings") as HTMLElement).innerHTML = PAGE;
  asked.mockClear();
  store.choose([]);
  store.draft.dispatchEvent(new Event("revision"));
  await new Promise((resolve) => window.setTimeout(resolve, 700));
  for (const step of ["apply", "done"]) {
    expect(asked).not.toHaveBeenCalled();
    store.choose([step]);
    await pause();
  }
  expect(asked).toHaveBeenCalledWith("/item/?place=graph%2Fsteps%2Fdone");
});

it.each(["", "Check"])("keeps what was typed and cannot be saved until something is chosen once more, and saves what was mended: %j", async (typed) => {
  const store = board(true);
  const aside = panel();
  localStorage.setItem("countersign:settings-closed", "no");
  window.innerWidth = 1400;
  store.choose(["review"]);
  new SettingsPanel(aside, "/item/").follow(store);
  const pause = (): Promise<void> => new Promise((resolve) => window.setTimeout(resolve, 700));
  await pause();
  const body = aside.querySelector("#design-settings") as HTMLElement;
  body.innerHTML = '<section class="cs-set"><form hx-post="/design/edit/"><input name="name" value="Review" required></form></section>';
  (body.querySelector("input") as HTMLInputElement).value = "";
  asked.mockClear();
  store.choose(["apply"]);
  await new Promise((resolve) => window.setTimeout(resolve));
  for (const told of ["change", "revision", "change"]) store.draft.dispatchEvent(new Event(told));
  await pause();
  expect(asked).not.toHaveBeenCalled();
  (body.querySelector("input") as HTMLInputElement).value = typed;
  const sent = vi.spyOn(HTMLFormElement.prototype, "requestSubmit").mockReturnValue();
  store.choose(["done"]);
  await pause();
  expect(sent).toHaveBeenCalledTimes(typed ? 1 : 0);
  expect(asked.mock.calls).toEqual(typed ? [] : [["/item/?place=graph%2Fsteps%2Fdone"]]);
});
