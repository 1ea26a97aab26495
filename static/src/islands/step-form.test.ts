import { beforeEach, describe, expect, it } from "vitest";

import { show } from "../lib/testing";
import StepForm, { hiddenFields } from "./step-form";

customElements.define("cs-step-form", StepForm);

const BILLABLE = JSON.stringify({ field: "form.billable", op: "eq", value: "yes" });

function page(extra = ""): StepForm {
  show(`<cs-step-form data-values='{"form.total": ["number", 1200]}'>
    <fieldset data-field="billable" data-rule="choice">
      <input type="radio" name="billable" value="yes"><input type="radio" name="billable" value="no" checked>
    </fieldset>
    <div data-field="client" data-rule="text" data-visible-when='${BILLABLE}' data-visible="false">
      <input name="client"><span data-condition>Only when billable is Yes.</span>
    </div>${extra}
  </cs-step-form>`);
  return document.querySelector("cs-step-form") as StepForm;
}

function choose(form: StepForm, value: string): void {
  const radio = form.querySelector<HTMLInputElement>(`input[value=${value}]`);
  if (!radio) throw new Error("no such radio");
  radio.click();
}

describe("a field with a condition", () => {
  let form: StepForm;
  let client: HTMLElement;

  beforeEach(() => {
    form = page();
    client = form.querySelector("[data-field=client]") as HTMLElement;
  });

  it("is hidden while the condition does not hold", () => {
    expect(client.hidden).toBe(true);
  });

  it("is back with what was typed when the condition holds again", () => {
    choose(form, "yes");
    const input = client.querySelector("input") as HTMLInputElement;
    input.value = "Initech";
    choose(form, "no");
    expect(client.hidden).toBe(true);
    choose(form, "yes");
    expect([client.hidden, input.value]).toEqual([false, "Initech"]);
  });

  it("needs no sentence about its condition any more", () => {
    expect((client.querySelector("[data-condition]") as HTMLElement).hidden).toBe(true);
  });
});

it("reads values that nobody can change here", () => {
  const rule = JSON.stringify({ field: "form.total", op: "gt", value: 1000 });
  const form = page(`<div data-field="why" data-rule="text" data-visible-when='${rule}'><input></div>`);
  expect((form.querySelector("[data-field=why]") as HTMLElement).hidden).toBe(false);
});

it("shows what only the server can decide", () => {
  const rule = JSON.stringify({ field: "form.total", op: "is_member_of", value: "x" });
  const form = page(`<div data-field="why" data-rule="text" data-visible-when='${rule}' data-visible="false"><input></div>`);
  expect((form.querySelector("[data-field=why]") as HTMLElement).hidden).toBe(false);
});

it("counts a hidden field as empty for the others", () => {
  const conditionals = [
    { name: "b", rule: { field: "form.a", op: "eq", value: "x" } },
    { name: "c", rule: { field: "form.b", op: "is_set" } },
  ];
  const types = { "form.a": "text", "form.b": "text", "form.c": "text" };
  expect(hiddenFields(conditionals, { "form.a": "y", "form.b": "typed", "form.c": null }, types)).toEqual(new Set(["b", "c"]));
});

it("knows who acts, also where a field is called like what is asked about them", () => {
  const rule = JSON.stringify({ all: [{ field: "user.level", op: "gte", value: 3 }, { field: "user.client", op: "eq", value: "HR" }] });
  show(`<cs-step-form data-acting='{"user.level": ["number", 4], "user.client": ["text", "HR"]}'>
    <div data-field="client" data-rule="text" data-visible-when='${JSON.stringify({ field: "user.level", op: "lt", value: 1 })}'><input></div>
    <div data-field="why" data-rule="text" data-visible-when='${rule}'><input></div></cs-step-form>`);
  const hidden = ["client", "why"].map((name) => (document.querySelector(`[data-field=${name}]`) as HTMLElement).hidden);
  expect(hidden).toEqual([true, false]);
});
