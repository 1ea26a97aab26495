/** A form of the designers in which something was typed or chosen that is not sent yet, and how it is sent. */

/** Those that save by themselves, and those of the settings beside the canvas; not what waits for a button of its own, such as a rule. */
const SAVING = 'form[hx-post$="/design/edit/"][hx-trigger*="change delay"], .cs-set form[hx-post$="/design/edit/"]';

export type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Whether it is a form that is sent before the page goes on. */
export function isSaving(element: Element): element is HTMLFormElement {
  return element.matches(SAVING);
}

/** The forms in which something stands that the server has not made the page with; what is swapped as a whole comes last. */
export function typedForms(root: ParentNode | null): HTMLFormElement[] {
  const found = [...(root?.querySelectorAll<HTMLFormElement>(SAVING) ?? [])].filter((form) => controlsOf(form).some(isTyped));
  return found.toSorted((one, other) => Number(isWhole(one)) - Number(isWhole(other)));
}

/** What stands in the form, whichever state of the draft it was made for. */
export function wordsOf(form: HTMLFormElement): string {
  return JSON.stringify([...new FormData(form)].filter(([key]) => key !== "revision" && key !== "id"));
}

/** What stands in the form now is sent, or kept to be sent: it is typed no more. */
export function takeAsSent(form: HTMLFormElement): void {
  for (const control of controlsOf(form)) {
    if (control instanceof HTMLSelectElement) for (const one of control.options) one.defaultSelected = one.selected;
    else if (control instanceof HTMLInputElement && (control.type === "checkbox" || control.type === "radio")) control.defaultChecked = control.checked;
    else if (control.type !== "hidden") control.defaultValue = control.value;
  }
}

let saving: Promise<boolean> | undefined;

/** Send what was typed, form after form, once for all who ask meanwhile. Whether all of it is saved, or kept to be sent later. */
export function saveTyped(root: ParentNode | null): Promise<boolean> {
  saving ??= allSent(root).finally(() => {
    saving = undefined;
  });
  return saving;
}

/** Whether what was typed is being sent, form after form. */
export function isUnderWay(): boolean {
  return saving !== undefined;
}

async function allSent(root: ParentNode | null): Promise<boolean> {
  const seen = new Set<string>();
  for (let form = typedForms(root)[0]; form; form = typedForms(root)[0]) {
    const words = wordsOf(form);
    if (seen.has(words) || !(await sent(form))) return false;
    seen.add(words);
  }
  return true;
}

/** What stands in the page again after it was drawn anew: by its id, else the link with the same address. */
export function again(pressed: Element): HTMLElement | null {
  if (document.contains(pressed)) return pressed as HTMLElement;
  if (pressed.id) return document.getElementById(pressed.id);
  const href = pressed.getAttribute("href");
  return href === null ? null : ([...document.querySelectorAll<HTMLElement>("a[href]")].find((one) => one.getAttribute("href") === href) ?? null);
}

interface Sent {
  requestConfig: { elt: Element };
  xhr: XMLHttpRequest;
}

function sent(form: HTMLFormElement): Promise<boolean> {
  if (!form.noValidate && !form.reportValidity()) return Promise.resolve(false);
  return new Promise((resolve) => {
    const listening = new AbortController();
    const end = (isSaved: boolean): void => {
      listening.abort();
      resolve(isSaved);
    };
    const { signal } = listening;
    const listen = (name: string, heard: (told: Sent, event: Event) => void): void =>
      document.addEventListener(name, (event) => detailOf(event).requestConfig.elt === form && heard(detailOf(event), event), { signal });
    // Behind what is kept already it is kept too (`islands/draft-state.ts`), and so it is where no server answers.
    listen("htmx:beforeRequest", (_, event) => event.defaultPrevented && end(true));
    listen("htmx:sendError", () => end(true));
    // One without an answer was replaced by the next of the same form.
    listen("htmx:afterRequest", ({ xhr }) => xhr.status > 0 && end(xhr.status < 400));
    document.addEventListener("htmx:confirm", (event) => isItsChange(event, form) && event.preventDefault(), { signal });
    form.requestSubmit();
  });
}

/** Whether the form would now save the change that is on its way already. */
function isItsChange(event: Event, form: HTMLFormElement): boolean {
  const { elt, triggeringEvent } = (event as CustomEvent<{ elt: Element; triggeringEvent?: Event }>).detail;
  return elt === form && triggeringEvent?.type === "change";
}

function detailOf(event: Event): Sent {
  return (event as CustomEvent<Sent>).detail;
}

/** What can be filled in, and what the form says besides. */
export function controlsOf(form: HTMLFormElement): Control[] {
  return [...form.elements].filter((one) => one instanceof HTMLInputElement || one instanceof HTMLSelectElement || one instanceof HTMLTextAreaElement);
}

/** Whether something stands there that the server has not made the page with. */
export function isTyped(control: Control): boolean {
  if (control.disabled || !control.name) return false;
  if (control instanceof HTMLSelectElement) return [...control.options].some((one, row) => one.selected !== usual(control, one, row));
  if (control instanceof HTMLTextAreaElement) return control.value !== control.defaultValue;
  if (control.type === "checkbox" || control.type === "radio") return control.checked !== control.defaultChecked;
  return control.type !== "hidden" && control.value !== control.defaultValue;
}

/** Whether an entry is chosen where nobody has chosen another: the first one where none is marked. */
function usual(list: HTMLSelectElement, option: HTMLOptionElement, row: number): boolean {
  if (list.multiple || [...list.options].some((one) => one.defaultSelected)) return option.defaultSelected;
  return row === 0;
}

function isWhole(form: HTMLFormElement): boolean {
  return form.getAttribute("hx-select") === ".cs-panel";
}
