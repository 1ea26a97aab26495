import { beforeEach, expect, it, vi } from "vitest";

import ServerDialog from "./dialog";

customElements.define("cs-dialog", ServerDialog);

beforeEach(() => {
  HTMLDialogElement.prototype.showModal = vi.fn();
  HTMLDialogElement.prototype.close = function close(this: HTMLDialogElement) {
    this.dispatchEvent(new Event("close"));
  };
  const sent = document.createElement("cs-dialog");
  sent.innerHTML = '<dialog><a href="/elsewhere" data-close>Not yet</a><p>Words</p></dialog>';
  document.body.replaceChildren(sent);
});

it("opens itself", () => {
  expect(HTMLDialogElement.prototype.showModal).toHaveBeenCalledOnce();
});

it("stays while somebody reads it, and is gone when it is closed", () => {
  document.querySelector("p")?.click();
  expect(document.querySelector("cs-dialog")).not.toBeNull();
  const link = document.querySelector("a");
  const press = new MouseEvent("click", { bubbles: true, cancelable: true });
  link?.dispatchEvent(press);
  expect(press.defaultPrevented).toBe(true);
  expect(document.querySelector("cs-dialog")).toBeNull();
});
