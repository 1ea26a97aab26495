import { beforeEach, describe, expect, it } from "vitest";

import { show } from "../lib/testing";
import Decision from "./decision";

customElements.define("cs-decision", Decision);

const PAGE = `<form><cs-decision>
  <input type="radio" name="transition" value="HR review" data-transition="to_hr" data-assignee="choose" data-note="To HR" data-reason="">
  <input type="radio" name="transition" value="Rejected" data-transition="no" data-assignee="none" data-note="Ends" data-reason="required">
  <input type="radio" name="transition" value="Finance" data-transition="to_fin" data-assignee="choose" data-note="" data-reason="">
  <p data-people-note></p>
  <div data-people><select name="assignee"><option value="">Choose</option>
    <optgroup label="HR review" data-transition="to_hr"><option value="hema">Hema</option><option value="hari">Hari</option></optgroup>
    <optgroup label="Finance" data-transition="to_fin"><option value="farid">Farid</option></optgroup>
  </select></div>
  <div data-branch="to_fin both"><select name="assignees.money"><option value="">Choose</option></select></div>
  <textarea name="comment"></textarea><span data-reason-mark>optional</span>
</cs-decision></form>`;

function choose(value: string): void {
  const radio = document.querySelector<HTMLInputElement>(`input[value="${value}"]`);
  if (!radio) throw new Error("no such radio");
  radio.click();
}

describe("the action bar", () => {
  let select: HTMLSelectElement;
  let reason: HTMLTextAreaElement;

  beforeEach(() => {
    show(PAGE);
    select = document.querySelector("select[name=assignee]") as HTMLSelectElement;
    reason = document.querySelector("textarea") as HTMLTextAreaElement;
  });

  it("offers only the people of the chosen step", () => {
    choose("HR review");
    expect([...select.options].map((option) => option.value)).toEqual(["", "hema", "hari"]);
    expect([select.disabled, select.value]).toEqual([false, ""]);
  });

  it("takes the only person there is", () => {
    choose("HR review");
    choose("Finance");
    expect(select.value).toBe("farid");
  });

  it("shows the pickers of steps that open at once only for their way", () => {
    const branch = document.querySelector("[data-branch]") as HTMLElement;
    const money = branch.querySelector("select") as HTMLSelectElement;
    choose("HR review");
    expect([branch.hidden, money.disabled]).toEqual([true, true]);
    choose("Finance");
    expect([branch.hidden, money.disabled]).toEqual([false, false]);
  });

  it("posts nobody where the step takes nobody, and asks for the reason", () => {
    choose("Rejected");
    expect([select.disabled, reason.required]).toEqual([true, true]);
    expect(document.querySelector("[data-people-note]")?.textContent).toBe("Ends");
    choose("HR review");
    expect([select.disabled, reason.required]).toEqual([false, false]);
  });
});
