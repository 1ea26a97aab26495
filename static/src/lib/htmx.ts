import htmx from "htmx.org";

import { announce } from "./live";

/** htmx without inline styles and without `eval`, so that the content policy holds; every request carries the token. */
export function startHtmx(page: Document = document): void {
  htmx.config.includeIndicatorStyles = false;
  htmx.config.allowEval = false;
  htmx.config.allowScriptTags = false;
  htmx.config.selfRequestsOnly = true;
  // A text box that was pulled larger has a `style` of its own; carried over as markup the policy would refuse it.
  htmx.config.attributesToSettle = ["class", "width", "height"];
  // What was swapped in answers at once: in the usual 20 ms a form is not bound yet, and a quick hand would load the page anew.
  htmx.config.defaultSettleDelay = 0;
  htmx.config.historyCacheSize = 0;
  htmx.config.refreshOnHistoryMiss = true;
  htmx.config.scrollBehavior = "auto";
  htmx.config.reportValidityOfForms = true;
  // A refused form comes back with what is wrong in it.
  htmx.config.responseHandling = [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "409|422", swap: true },
    { code: "[45]..", swap: false, error: true },
  ];

  page.addEventListener("htmx:configRequest", (event) => {
    const { headers, verb, parameters, triggeringEvent } = detailOf<Configured>(event);
    const token = page.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
    if (token && verb !== "get") headers["X-CSRFToken"] = token;
    // A button that stands outside of its form says what it means too, as it does without script.
    const pressed = triggeringEvent instanceof SubmitEvent ? triggeringEvent.submitter : null;
    if (pressed instanceof HTMLButtonElement && pressed.name) parameters[pressed.name] = pressed.value;
  });
  page.addEventListener("htmx:beforeRequest", (event) => {
    // A page in the background asks for nothing.
    const { elt } = detailOf<{ elt: Element }>(event);
    if (page.hidden && elt.hasAttribute("data-poll")) event.preventDefault();
  });
  let focused = "";
  let again = (): HTMLElement | undefined => undefined;
  page.addEventListener("htmx:beforeSwap", (event) => {
    focused = page.activeElement?.id ?? "";
    again = sameControl(page, page.activeElement, detailOf<Answered>(event).requestConfig?.elt);
  });
  page.addEventListener("htmx:afterSettle", (event) => {
    const { elt } = detailOf<{ elt: Element }>(event);
    const words = elt.getAttribute("data-announce");
    if (words) announce(words, page);
    // Typing in a search box keeps its focus; a followed link moves to what it brought.
    if (page.activeElement !== page.body || elt.closest("[data-keep-focus]")) return;
    // What is disabled or hidden by now takes no focus.
    for (const one of [besideDisabled(page.getElementById(focused)), again(), elt.querySelector<HTMLElement>("[data-focus]")]) {
      one?.focus();
      if (page.activeElement !== page.body) return;
    }
  });
  page.addEventListener("htmx:responseError", (event) => {
    const { elt } = detailOf<{ elt: Element }>(event);
    if (!elt.hasAttribute("data-poll")) announce("That did not work. Load the page again.", page);
  });
}

/**
 * Finds what stands in the place of something without an id, such as a tick, a radio button or *Save*, when it was drawn again. A
 * button that was pressed has done its work: what it brought comes first.
 */
function sameControl(page: Document, control: Element | null, asked?: Element): () => HTMLElement | undefined {
  const meaning = meaningOf(control);
  const isPressed = control instanceof HTMLButtonElement && asked !== undefined && (asked === control.form || asked.contains(control));
  if (meaning === undefined || isPressed) return () => undefined;
  const same = (): HTMLElement[] => [...page.querySelectorAll<HTMLElement>(CONTROLS)].filter((one) => meaningOf(one) === meaning);
  const row = same().findIndex((one) => one === control);
  return () => same()[row];
}

const CONTROLS = "input[name], select[name], button";

/** What a control is for; undefined of anything that is none. */
function meaningOf(control: Element | null): string | undefined {
  if (!control?.matches(CONTROLS)) return undefined;
  if (control instanceof HTMLInputElement || control instanceof HTMLSelectElement) {
    const { name, type, value } = control;
    return JSON.stringify([type, name, /^(radio|checkbox)$/.test(type) ? value : ""]);
  }
  const said = control.getAttribute("aria-label") ?? control.textContent.trim();
  return JSON.stringify([said, control.getAttribute("name"), control.getAttribute("value")]);
}

/** What is pressed instead of a button that has just come to its end, such as *Move up* in the first row. */
function besideDisabled(pressed: HTMLElement | null): HTMLElement | undefined {
  if (!pressed?.matches(":disabled")) return undefined;
  const beside = [pressed.nextElementSibling, pressed.previousElementSibling];
  return beside.find((one): one is HTMLElement => one instanceof HTMLButtonElement && !one.disabled);
}

interface Answered {
  /** Absent where no request has brought what is drawn. */
  requestConfig?: { elt: Element };
}

interface Configured {
  headers: Record<string, string>;
  verb: string;
  parameters: Record<string, unknown>;
  triggeringEvent?: Event;
}

function detailOf<Detail>(event: Event): Detail {
  return (event as CustomEvent<Detail>).detail;
}
