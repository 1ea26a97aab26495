import { beforeEach, expect, it, vi } from "vitest";

import { startSent } from "./sent";
import { show } from "./testing";

const FORM = `
  <form method="post" action="/start/claim/">
    <input type="hidden" name="csrfmiddlewaretoken" value="new"><input name="purpose"><textarea name="why"></textarea>
    <input type="checkbox" name="billable" value="1"><input type="radio" name="transition" value="Yes"><input type="radio" name="transition" value="No">
    <select name="assignee"><option value="">-</option><option value="r">Ravi</option></select>
    <input name="lines-0-amount"><button name="redraw" value="lines">Add rows</button><button id="send">Send</button>
  </form>`;

/** A page load: what is shown, to whom, and what it says of what was sent. */
function load(markup: string, who = "asha", refused = false): Document {
  const page = document.implementation.createHTMLDocument();
  page.head.innerHTML = (who ? `<meta name="member" content="${who}">` : "") + (refused ? '<meta name="sent" content="refused">' : "");
  page.body.innerHTML = markup;
  startSent(page);
  return page;
}

function control<Kind extends Element>(page: Document, selector: string): Kind {
  const found = page.querySelector<Kind>(selector);
  if (!found) throw new Error(`nothing is ${selector}`);
  return found;
}

/** Types into the form and sends it. */
function send(page: Document, more = ""): void {
  const form = control<HTMLFormElement>(page, "form");
  form.insertAdjacentHTML("beforeend", more);
  control<HTMLInputElement>(page, "[name=purpose]").value = "Visit";
  control<HTMLTextAreaElement>(page, "[name=why]").value = "A long text";
  control<HTMLInputElement>(page, "[name=billable]").checked = true;
  control<HTMLInputElement>(page, "[value=No]").checked = true;
  control<HTMLSelectElement>(page, "select").value = "r";
  form.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
}

function typed(page: Document): string {
  return control<HTMLInputElement>(page, "[name=purpose]").value;
}

beforeEach(() => {
  sessionStorage.clear();
  show("");
});

it("puts back what was sent while logged out, and says so", () => {
  send(load(FORM));
  control(load("<form method=post></form>", "", true), "form").dispatchEvent(new Event("submit", { bubbles: true }));
  const page = load(FORM);
  expect(typed(page)).toBe("Visit");
  expect(control<HTMLTextAreaElement>(page, "[name=why]").value).toBe("A long text");
  expect(control<HTMLInputElement>(page, "[name=billable]").checked).toBe(true);
  expect(control<HTMLInputElement>(page, "[value=No]").checked).toBe(true);
  expect(control<HTMLSelectElement>(page, "select").value).toBe("r");
  expect(control<HTMLInputElement>(page, "[name=csrfmiddlewaretoken]").value).toBe("new");
  expect(page.body.textContent).toContain("It is here again");
  expect(typed(load(FORM))).toBe("");
});

it("leaves what was taken, what another person typed, and passwords", () => {
  send(load(FORM));
  expect(typed(load(FORM))).toBe("");
  send(load(FORM));
  load("", "", true);
  expect(typed(load(FORM, "ravi"))).toBe("");
  send(load(FORM), '<input type="password" name="old">');
  load("", "", true);
  expect(typed(load(FORM))).toBe("");
});

it("opens what the form is folded into", () => {
  const folded = `<details>${FORM}</details>`;
  send(load(folded));
  load("", "", true);
  expect(control<HTMLDetailsElement>(load(folded), "details").open).toBe(true);
});

it("does not guess between several forms", () => {
  send(load(FORM + FORM));
  load("", "", true);
  expect(typed(load(FORM + FORM))).toBe("");
});

it("asks the server for the rows that are missing", () => {
  send(load(FORM), '<input name="lines-1-amount" value="12">');
  load("", "", true);
  const asked = vi.spyOn(HTMLFormElement.prototype, "requestSubmit").mockImplementation(() => undefined);
  const page = load(FORM);
  expect(asked).toHaveBeenCalledWith(control(page, "[name=redraw]"));
  expect(control<HTMLInputElement>(page, '[name="lines-1-amount"]').value).toBe("12");
  asked.mockRestore();
});
