import { describe, expect, it } from "vitest";

import { show } from "./testing";
import { again, saveTyped, takeAsSent, typedForms } from "./typed";

const EDIT = 'hx-post="/workflows/1/design/edit/"';

function page(): void {
  show(`
    <form id="whole" class="one" ${EDIT} hx-select=".cs-panel" hx-trigger="submit, change delay:150ms"><input name="name" value="A"></form>
    <form id="self" ${EDIT} hx-trigger="submit, change delay:150ms">
      <input name="label" value="A"><input type="hidden" name="field" value="a"><input name="off" disabled>
      <select name="kind"><option>first</option><option>second</option></select><input type="checkbox" name="tick" checked>
    </form>
    <form id="rule" ${EDIT}><input name="message"></form>
    <a href="?item=b">B</a>`);
}

function named<Kind extends HTMLElement>(name: string): Kind {
  return document.querySelector<Kind>(`[name="${name}"]`) as Kind;
}

function found(): string[] {
  return typedForms(document).map((one) => one.id);
}

describe("what was typed and is not sent", () => {
  it("is nothing on a page as the server made it", () => {
    page();
    named<HTMLInputElement>("field").value = "b";
    named<HTMLInputElement>("off").value = "x";
    expect(found()).toEqual([]);
  });

  it.each([
    ["a text", () => (named<HTMLInputElement>("label").value = "B")],
    ["another choice", () => (named<HTMLSelectElement>("kind").selectedIndex = 1)],
    ["a tick", () => (named<HTMLInputElement>("tick").checked = false)],
  ])("is %s in a form that saves by itself", (_, type) => {
    page();
    type();
    expect(found()).toEqual(["self"]);
    takeAsSent(document.getElementById("self") as HTMLFormElement);
    expect(found()).toEqual([]);
  });

  it("is not what waits for a button, and what draws everything anew comes last", () => {
    page();
    for (const name of ["message", "name", "label"]) named<HTMLInputElement>(name).value = "typed";
    expect(found()).toEqual(["self", "whole"]);
  });

  it("is sent once, however many ask, and a refusal stops there", async () => {
    page();
    named<HTMLInputElement>("label").value = "B";
    let count = 0;
    const form = document.getElementById("self") as HTMLFormElement;
    form.noValidate = true;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      count += 1;
      const detail = { requestConfig: { elt: form }, xhr: { status: 422 } };
      queueMicrotask(() => document.dispatchEvent(new CustomEvent("htmx:afterRequest", { detail })));
    });
    expect(await Promise.all([saveTyped(document), saveTyped(document)])).toEqual([false, false]);
    expect(count).toBe(1);
  });
});

describe("what was pressed", () => {
  it("is found again after the page was drawn anew", () => {
    page();
    const link = document.querySelector("a") as HTMLElement;
    page();
    expect(again(link)).toBe(document.querySelector("a"));
    link.removeAttribute("href");
    expect(again(link)).toBe(null);
  });
});
