import { type Control, controlsOf, isSaving, isTyped, isUnderWay } from "./typed";

/** Hidden parts of a form that say when and where it was drawn, not what it changes. */
const PASSING = new Set(["csrfmiddlewaretoken", "id", "version", "revision", "tab", "panel", "section", "next"]);
const FORMS = 'form[hx-post$="/design/edit/"]';

interface Kept {
  readonly control: Control;
  readonly form: HTMLFormElement;
  readonly row: number;
  readonly caret: readonly [number | null, number | null] | undefined;
  readonly isFocused: boolean;
}

interface Told {
  /** Absent where no request has brought what is drawn. */
  requestConfig?: { elt: Element };
}

/**
 * An answer draws forms anew while somebody goes on in them: what was typed or chosen since, in the form that was sent and in those
 * beside it, stands there again, and what saves by itself is sent in its turn. For as long as the page is there: its header is drawn
 * anew in the same moment.
 */
export function keepTyped(): void {
  const sent = new WeakMap<Control, string>();
  let kept: Kept[] = [];
  let isSame = false;
  const listen = (name: string, heard: (elt: Element | undefined) => void): void =>
    document.addEventListener(name, (event) => heard((event as CustomEvent<Told>).detail.requestConfig?.elt));
  listen("htmx:beforeRequest", (elt) => {
    if (elt instanceof HTMLFormElement) for (const one of controlsOf(elt)) sent.set(one, stateOf(one));
  });
  listen("htmx:beforeSwap", (elt) => {
    isSame = elt !== undefined && isSaving(elt);
    kept = formsOfTab().flatMap((form) =>
      controlsOf(form)
        .filter((one) => isTyped(one) && !(form === elt && sent.get(one) === stateOf(one)) && !isLeft(one))
        .map((one) => noted(form, one)),
    );
  });
  listen("htmx:afterSettle", () => {
    const gone = kept.filter(({ control }) => !control.isConnected);
    kept = [];
    putBack(gone, isSame);
  });
}

function noted(form: HTMLFormElement, control: Control): Kept {
  const isFocused = document.activeElement === control;
  const caret = isFocused && !(control instanceof HTMLSelectElement) ? ([control.selectionStart, control.selectionEnd] as const) : undefined;
  return { control, form, row: sameNamed(form, control).indexOf(control), caret, isFocused };
}

function putBack(gone: readonly Kept[], isSame: boolean): void {
  const left = new Set<HTMLFormElement>();
  for (const one of gone) {
    const form = drawnAgain(one.form, isSame);
    const control = form && sameNamed(form, one.control)[one.row];
    if (!form || !control || stateOf(control) === stateOf(one.control)) continue;
    restore(control, one.control);
    if (one.isFocused) goOnTyping(control, one.caret);
    else if (!(control instanceof HTMLTextAreaElement) && control.matches("select, [type=checkbox], [type=radio]")) changed(control);
    else left.add(form);
  }
  if (isUnderWay()) return;
  for (const form of left) if (isSaving(form) && !form.contains(document.activeElement)) form.requestSubmit();
}

/** The form that changes the same. After a save by itself the field may have another name: then the only one of its kind. */
function drawnAgain(form: HTMLFormElement, isSame: boolean): HTMLFormElement | undefined {
  const all = formsOfTab();
  const alike = all.filter((one) => editOf(one) === editOf(form));
  return all.find((one) => meaningOf(one) === meaningOf(form)) ?? (isSame && alike.length === 1 ? alike[0] : undefined);
}

function formsOfTab(): HTMLFormElement[] {
  return [...(document.getElementById("design-tab")?.querySelectorAll<HTMLFormElement>(FORMS) ?? [])];
}

function meaningOf(form: HTMLFormElement): string {
  return JSON.stringify(controlsOf(form).filter((one) => one.type === "hidden" && !PASSING.has(one.name)).map((one) => [one.name, one.value]));
}

function editOf(form: HTMLFormElement): string | undefined {
  return controlsOf(form).find((one) => one.name === "edit")?.value;
}

/** Those of one name, and of one value where several are ticked: they stand in the order in which they are found again. */
function sameNamed(form: HTMLFormElement, { name, type, value }: Control): Control[] {
  const isTicked = type === "checkbox" || type === "radio";
  return controlsOf(form).filter((one) => one.name === name && one.type === type && (!isTicked || one.value === value));
}

function stateOf(control: Control): string {
  if (control instanceof HTMLSelectElement) return JSON.stringify([...control.selectedOptions].map((one) => one.value));
  return control.type === "checkbox" || control.type === "radio" ? String((control as HTMLInputElement).checked) : control.value;
}

/** A radio button that another one has replaced. */
function isLeft(control: Control): boolean {
  return control instanceof HTMLInputElement && control.type === "radio" && !control.checked;
}

function restore(control: Control, typed: Control): void {
  if (control instanceof HTMLSelectElement && typed instanceof HTMLSelectElement) {
    const chosen = new Set([...typed.selectedOptions].map((one) => one.value));
    for (const option of control.options) option.selected = chosen.has(option.value);
  } else if (control.type === "checkbox" || control.type === "radio") (control as HTMLInputElement).checked = (typed as HTMLInputElement).checked;
  else control.value = typed.value;
}

/** The browser tells of a change only what was typed since the focus came: the rest is told when it goes. */
function goOnTyping(control: Control, caret: Kept["caret"]): void {
  control.focus();
  if (control instanceof HTMLSelectElement || !caret || caret[0] === null) return changed(control);
  control.setSelectionRange(...caret);
  let isTold = false;
  control.addEventListener("change", () => (isTold = true), { once: true });
  control.addEventListener("blur", () => isTold || !isTyped(control) || changed(control), { once: true });
}

function changed(control: Control): void {
  control.dispatchEvent(new Event("change", { bubbles: true }));
}
