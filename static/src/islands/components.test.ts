import { beforeEach, describe, expect, it, vi } from "vitest";

import { show } from "../lib/testing";
import Computed from "./computed";
import Location from "./location";
import Lookup from "./lookup";
import Photo from "./photo";
import Signature from "./signature";
import StepForm from "./step-form";

customElements.define("cs-step-form", StepForm);
customElements.define("cs-computed", Computed);
customElements.define("cs-lookup", Lookup);
customElements.define("cs-location", Location);
customElements.define("cs-photo", Photo);
customElements.define("cs-signature", Signature);

function find<Kind extends Element>(selector: string): Kind {
  const found = document.querySelector<Kind>(selector);
  if (!found) throw new Error(`nothing is ${selector}`);
  return found;
}

/** Answers every question to the server with this page; gives what was asked. */
function server(page: string, ok = true): URLSearchParams[] {
  const asked: URLSearchParams[] = [];
  vi.stubGlobal("fetch", (_: string, request: { body: URLSearchParams }) => {
    asked.push(request.body);
    return Promise.resolve({ ok, text: () => Promise.resolve(page) });
  });
  return asked;
}

beforeEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  vi.stubGlobal("matchMedia", () => ({ matches: true }));
});

describe("a calculated value", () => {
  const field = (text: string, answer: string): string =>
    `<div data-field="total" data-rule="number"><cs-computed data-answer="${answer}"><output>${text}</output>
     <button name="redraw" value="total">Work out</button></cs-computed></div>`;
  const form = `<form action="/start/"><cs-step-form>
    <div data-field="count" data-rule="number"><input name="count" value="2"></div>${field("2", "2")}
    <div data-field="why" data-rule="text" data-visible-when='{"field": "form.total", "op": "gt", "value": 5}'><input name="why"></div>
  </cs-step-form></form>`;

  function type(value: string): void {
    const input = find<HTMLInputElement>("[name=count]");
    input.value = value;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  it("follows the answers, and so do the conditions that ask for it", async () => {
    const asked = server(field("9 km", "9"));
    show(form);
    expect(find<HTMLButtonElement>("button").hidden).toBe(true);
    expect(find<HTMLElement>("[data-field=why]").hidden).toBe(true);
    type("9");
    await vi.waitFor(() => expect(find("output").textContent).toBe("9 km"));
    expect(asked.map((one) => [one.get("count"), one.get("redraw")])).toEqual([["9", "total"]]);
    expect(find<HTMLElement>("[data-field=why]").hidden).toBe(false);
  });

  it("asks once for quick changes and stays as it is where the server does not answer", async () => {
    const asked = server("", false);
    show(form);
    for (const value of ["3", "4", "5"]) type(value);
    await vi.waitFor(() => expect(asked.length).toBe(1));
    expect(asked[0]?.get("count")).toBe("5");
    expect(find("output").textContent).toBe("2");
  });
});

describe("a lookup", () => {
  const field = (options: string): string =>
    `<div data-field="host"><cs-lookup data-fills="mail "><div class="cs-lookup-search">
     <input type="search" name="host-search"><button name="redraw" value="host">Search</button></div>
     <select name="host"><option value=""></option>${options}</select>
     <button class="cs-lookup-fill" name="redraw" value="host.fill">Fill in</button></cs-lookup></div>
     <div data-field="mail"><input name="mail" value="hema@acme.example"></div>`;
  const form = `<form action="/start/">${field('<option value="1">Asha</option>').replace("hema@acme.example", "")}</form>`;

  it("searches on touch without leaving the page", async () => {
    const asked = server(field('<option value="2">Hema</option>'));
    show(form);
    find<HTMLInputElement>("[type=search]").value = "hem";
    find<HTMLButtonElement>(".cs-lookup-search button").click();
    await vi.waitFor(() => expect(find("select").textContent).toContain("Hema"));
    expect([asked[0]?.get("redraw"), asked[0]?.get("host-search")]).toEqual(["host", "hem"]);
  });

  it("fills in what follows from the entry", async () => {
    const asked = server(field('<option value="1" selected>Asha</option>'));
    show(form);
    const filled = vi.fn();
    find("form").addEventListener("countersign:filled", filled);
    const select = find<HTMLSelectElement>("select");
    select.value = "1";
    select.dispatchEvent(new Event("change", { bubbles: true }));
    await vi.waitFor(() => expect(find<HTMLInputElement>("[name=mail]").value).toBe("hema@acme.example"));
    expect(asked[0]?.get("redraw")).toBe("host.fill");
    expect(filled).toHaveBeenCalledOnce();
    expect(find<HTMLElement>(".cs-lookup-fill").hidden).toBe(true);
  });
});

describe("a location", () => {
  const place = `<cs-location><input data-part="latitude"><input data-part="longitude"><input data-part="accuracy">
    <div class="cs-location-ask" hidden><button type="button">Use my location</button><span role="status"></span></div></cs-location>`;

  function device(answer: (done: PositionCallback, failed: PositionErrorCallback) => void): void {
    Object.defineProperty(navigator, "geolocation", { configurable: true, value: { getCurrentPosition: answer } });
  }

  it("is asked of the device only when the person wants it", () => {
    const asked = vi.fn((done: PositionCallback) =>
      done({ coords: { latitude: 52.5200081, longitude: -13.4, accuracy: 11.6 } } as GeolocationPosition),
    );
    device(asked);
    show(place);
    expect(asked).not.toHaveBeenCalled();
    expect(find<HTMLElement>(".cs-location-ask").hidden).toBe(false);
    find<HTMLButtonElement>("button").click();
    const values = [...document.querySelectorAll("input")].map((one) => one.value);
    expect(values).toEqual(["52.520008", "-13.400000", "12"]);
  });

  it("says why it is not known and leaves what was typed", () => {
    device((_, failed) => failed({ code: 1 } as GeolocationPositionError));
    show(place);
    find<HTMLInputElement>("input").value = "1";
    find<HTMLButtonElement>("button").click();
    expect(find("[role=status]").textContent).toContain("may not say where you are");
    expect(find<HTMLInputElement>("input").value).toBe("1");
    expect(find<HTMLButtonElement>("button").disabled).toBe(false);
  });
});

describe("a signature", () => {
  const pad = (strokes = "[]"): string => `<cs-signature data-signer="Asha Rao"><input data-part="name" name="s-name">
    <input type="hidden" name="s-strokes" value="${strokes}"><p><span data-draws hidden></span></p>
    <div class="cs-sheet" hidden><svg></svg><button type="button">Clear</button></div></cs-signature>`;

  function draw(...points: [number, number][]): void {
    const svg = find<SVGSVGElement>("svg");
    svg.getBoundingClientRect = () => ({ left: 10, top: 10, width: 300, height: 100 }) as DOMRect;
    points.forEach(([clientX, clientY], at) => {
      svg.dispatchEvent(new PointerEvent(at === 0 ? "pointerdown" : "pointermove", { clientX, clientY, button: 0 }));
    });
    svg.dispatchEvent(new PointerEvent("pointerup", {}));
  }

  const kept = (): unknown => JSON.parse(find<HTMLInputElement>("[type=hidden]").value) as unknown;

  it("keeps lines in the measures of the sheet, and signs with the person's name", () => {
    show(pad());
    draw([10, 10], [160, 60], [160, 60], [999, 0]);
    expect(kept()).toEqual([[0, 0, 300, 100, 600, 0]]);
    expect(find("polyline").getAttribute("points")).toBe("0,0 300,100 600,0");
    expect(find<HTMLInputElement>("[data-part=name]").value).toBe("Asha Rao");
  });

  it("leaves a typed name alone, and is cleared", () => {
    show(pad("[[1,1,2,2]]"));
    find<HTMLInputElement>("[data-part=name]").value = "A. Rao";
    draw([20, 20]);
    expect(kept()).toEqual([[1, 1, 2, 2], [20, 20, 20, 20]]);
    find<HTMLButtonElement>("button").click();
    expect([kept(), document.querySelectorAll("polyline").length]).toEqual([[], 0]);
    expect(find<HTMLInputElement>("[data-part=name]").value).toBe("A. Rao");
  });

  it("draws no more lines than the server takes", () => {
    show(pad(JSON.stringify(Array.from({ length: 200 }, () => [1, 1, 2, 2]))));
    draw([20, 20], [30, 30]);
    expect((kept() as unknown[]).length).toBe(200);
  });
});

describe("a photo", () => {
  it("is shown before it is sent, as text and picture and never as markup", async () => {
    show(`<cs-photo><input type="file"><ul data-preview hidden></ul></cs-photo>`);
    const input = find<HTMLInputElement>("input");
    const files = [new File(["x"], "<b>.jpg", { type: "image/jpeg" }), new File(["x"], "a.pdf", { type: "application/pdf" })];
    Object.defineProperty(input, "files", { value: files });
    input.dispatchEvent(new Event("change"));
    await vi.waitFor(() => expect(document.querySelectorAll("li").length).toBe(1));
    expect(find("li bdi").textContent).toBe("<b>.jpg");
    expect(find<HTMLImageElement>("li img").src).toMatch(/^data:image\/jpeg/);
    expect(find<HTMLElement>("ul").hidden).toBe(false);
  });
});
