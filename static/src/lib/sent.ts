import { announce } from "./live";

/** What a person sent while logged out: kept in this tab, and put back into the form when they are there again. */
interface Sent {
  who: string;
  action: string;
  values: [string, string][];
  /** Whether the answer was a page that says so: the login, or that the form was too old. */
  refused: boolean;
}

const KEPT = "countersign.sent";
/** What the server puts into a form anew for each page. */
const FRESH = new Set(["csrfmiddlewaretoken", "idempotency_key", "version", "shown"]);

export function startSent(page: Document = document): void {
  page.addEventListener("submit", (event) => {
    const form = event.target;
    if (form instanceof HTMLFormElement && !event.defaultPrevented) keep(page, form);
  });
  const sent = read();
  if (!sent) return;
  if (page.querySelector('meta[name="sent"][content="refused"]')) {
    store({ ...sent, refused: true });
    return;
  }
  sessionStorage.removeItem(KEPT);
  const form = sent.refused && sent.who === whoOf(page) ? formFor(page, sent.action) : null;
  if (form) putBack(page, form, sent.values);
}

function keep(page: Document, form: HTMLFormElement): void {
  const who = whoOf(page);
  if (!who) return; // the login itself
  sessionStorage.removeItem(KEPT);
  if (formFor(page, actionOf(form)) !== form || form.querySelector('input[type="password"]')) return;
  const values: [string, string][] = [];
  for (const [name, value] of new FormData(form).entries()) {
    if (typeof value === "string" && !FRESH.has(name)) values.push([name, value]);
  }
  store({ who, action: actionOf(form), values, refused: false });
}

/** Where the form goes. The properties would be its controls, should they be called "action" and "method". */
function actionOf(form: HTMLFormElement): string {
  return form.getAttribute("action") || (form.ownerDocument.URL.split("#")[0] ?? "");
}

/** The one form of the page that goes there; none where several do, for it could be another one. */
function formFor(page: Document, action: string): HTMLFormElement | null {
  const found = [...page.forms].filter((form) => form.getAttribute("method") === "post" && actionOf(form) === action);
  const form = found.length === 1 ? found[0] : undefined;
  return form && !form.matches("[hx-post], [hx-get], [hx-boost] *") ? form : null;
}

function putBack(page: Document, form: HTMLFormElement, values: [string, string][]): void {
  const left = new Map<string, string[]>();
  for (const [name, value] of values) left.set(name, [...(left.get(name) ?? []), value]);
  let changed = false;
  for (const control of form.elements) {
    if (isTyped(control) && !FRESH.has(control.name)) changed = fill(control, left) || changed;
  }
  const button = rowsButton(form, left);
  if (button) {
    // The server draws the rows that are missing, with everything in them.
    for (const [name, texts] of left) for (const text of texts) form.append(hidden(page, name, text));
    form.requestSubmit(button);
  } else if (changed) {
    form.closest("cs-unsaved")?.setAttribute("data-dirty", "");
    for (let at = form.closest("details"); at; at = at.parentElement?.closest("details") ?? null) at.open = true;
    tell(page, form);
  }
}

function tell(page: Document, form: HTMLFormElement): void {
  const text = "You were logged out, and what you typed was not sent. It is here again; choose files anew, then send it.";
  const notice = page.createElement("div");
  notice.className = "cs-notice cs-notice-warn mb-3";
  notice.append(Object.assign(page.createElement("p"), { textContent: text }));
  form.prepend(notice);
  announce(text, page);
}

type Typed = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

function isTyped(control: Element): control is Typed {
  const typed = control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement || control instanceof HTMLSelectElement;
  return typed && control.name !== "" && control.type !== "file";
}

/** Takes the control's values out of `left`; whether it shows something else now. */
function fill(control: Typed, left: Map<string, string[]>): boolean {
  const texts = left.get(control.name) ?? [];
  if (control instanceof HTMLInputElement && (control.type === "checkbox" || control.type === "radio")) {
    const before = control.checked;
    control.checked = take(texts, control.value);
    return control.checked !== before;
  }
  if (control instanceof HTMLSelectElement) {
    const before = [...control.options].map((option) => option.selected).join();
    for (const option of control.options) option.selected = take(texts, option.value);
    return [...control.options].map((option) => option.selected).join() !== before;
  }
  const text = texts.shift();
  if (text === undefined || text === control.value) return false;
  control.value = text;
  return true;
}

function take(texts: string[], value: string): boolean {
  const at = texts.indexOf(value);
  if (at >= 0) texts.splice(at, 1);
  return at >= 0;
}

/** The button that adds rows to the table of which values are left over, such as `lines` for `lines-4-amount`. */
function rowsButton(form: HTMLFormElement, left: Map<string, string[]>): HTMLButtonElement | null {
  const missing = [...left].filter(([, texts]) => texts.some((text) => text !== "")).map(([name]) => name);
  const buttons = [...form.querySelectorAll<HTMLButtonElement>('button[name="redraw"]')];
  return buttons.find((button) => missing.some((name) => name.startsWith(`${button.value}-`))) ?? null;
}

function hidden(page: Document, name: string, value: string): HTMLInputElement {
  return Object.assign(page.createElement("input"), { type: "hidden", name, value });
}

function whoOf(page: Document): string {
  return page.querySelector<HTMLMetaElement>('meta[name="member"]')?.content ?? "";
}

function read(): Sent | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as Sent | null;
  } catch {
    return null;
  }
}

function store(sent: Sent): void {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(sent));
  } catch {
    // The browser keeps nothing, or not so much.
  }
}
