import { beforeAll, describe, expect, it } from "vitest";

import { show } from "./testing";
import { keepTyped } from "./typed-kept";

const EDIT = 'hx-post="/workflows/1/design/edit/"';

/** The settings as the server draws them: of which field, and what stands there. */
function draw(field: string, label: string, revision: number): void {
  show(`<div id="design-tab"><form id="set" ${EDIT} hx-trigger="submit, change delay:150ms">
      <input type="hidden" name="edit" value="form.set"><input type="hidden" name="field" value="${field}"><input type="hidden" name="revision" value="${revision}">
      <input id="label" name="label" value="${label}"><textarea id="help" name="help"></textarea><input type="checkbox" name="tick" value="a"><input type="checkbox" name="tick" value="b">
    </form>
    <form id="rename" ${EDIT}><input type="hidden" name="edit" value="form.rename"><input type="hidden" name="field" value="${field}"><input id="name" name="name" value="${field}"></form></div>`);
}

function found<Kind extends HTMLElement>(selector: string): Kind {
  return document.querySelector<Kind>(selector) as Kind;
}

function tell(name: string, elt: Element): void {
  document.dispatchEvent(new CustomEvent(name, { detail: { requestConfig: { elt } } }));
}

/** The form is sent, something is typed meanwhile, and the answer draws everything anew. */
function answered(elt: Element, meanwhile: () => void, field = "text"): void {
  tell("htmx:beforeRequest", elt);
  meanwhile();
  tell("htmx:beforeSwap", elt);
  draw(field, "From the server", 2);
  tell("htmx:afterSettle", elt);
}

beforeAll(keepTyped);

describe("an answer that draws forms anew", () => {
  it("leaves what was typed since the form was sent, and takes what was sent as the server has it", () => {
    draw("text", "", 1);
    found<HTMLInputElement>("#label").value = "Sent";
    answered(found("#set"), () => {
      found("#help").focus();
      found<HTMLTextAreaElement>("#help").value = "Typed";
    });
    expect(found<HTMLInputElement>("#label").value).toBe("From the server");
    expect(found<HTMLTextAreaElement>("#help").value).toBe("Typed");
    expect(document.activeElement?.id).toBe("help");
  });

  it("sends another choice that was made meanwhile, each of several boxes by itself", () => {
    draw("text", "", 1);
    const changes: string[] = [];
    document.addEventListener("change", (event) => changes.push((event.target as HTMLInputElement).value));
    answered(found("#set"), () => (found<HTMLInputElement>('[value="b"]').checked = true));
    expect([...document.querySelectorAll<HTMLInputElement>("[name=tick]")].map((one) => one.checked)).toEqual([false, true]);
    expect(changes).toEqual(["b"]);
  });

  it("finds the field under its new name after it was saved, and not another field that was chosen", () => {
    for (const [elt, expected] of [["#set", "Typed"], ["a", ""]] as const) {
      draw("text", "", 1);
      found("#design-tab").append(document.createElement("a"));
      answered(found(elt), () => (found<HTMLTextAreaElement>("#help").value = "Typed"), "hotel");
      expect(found<HTMLTextAreaElement>("#help").value).toBe(expected);
    }
  });

  it("leaves what waits for a button of its own beside it", () => {
    draw("text", "", 1);
    found<HTMLInputElement>("#name").value = "better";
    answered(found("#set"), () => undefined);
    expect(found<HTMLInputElement>("#name").value).toBe("better");
  });
});
