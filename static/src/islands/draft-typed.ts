import type { Draft } from "../lib/draft/draft";
import { again, isSaving, saveTyped, takeAsSent, typedForms, wordsOf } from "../lib/typed";

/**
 * What somebody typed is saved before the page goes on to what was pressed next: a link or button waits for it. What cannot be
 * saved is shown with the reason, and whoever presses once more leaves it behind.
 */
export function saveBeforeClicks(signal: AbortSignal): void {
  let stuck: string | undefined;
  const hold = (event: MouseEvent): void => {
    const pressed = (event.target as Element).closest("a[href], button");
    const [form] = typedForms(tab());
    // The canvas saves what stands beside it by itself (`graph-canvas/settings.ts`).
    if (!pressed || !form || wordsOf(form) === stuck || pressed.closest("cs-graph-canvas") || isOfForm(pressed, form) || opensElsewhere(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    void saveTyped(tab()).then((isSaved) => {
      if (isSaved) again(pressed)?.click();
      else stuck = typedForms(tab()).map(wordsOf)[0];
    });
  };
  document.addEventListener("click", hold, { signal, capture: true });
  notWhilePressed(signal);
}

/** While something is pressed or dragged nothing is drawn anew under the hand: what saves by itself waits until it is let go. */
function notWhilePressed(signal: AbortSignal): void {
  let isPressed = false;
  let waiting = false;
  const release = (): void => {
    isPressed = false;
    if (waiting) window.setTimeout(() => void saveTyped(tab()));
    waiting = false;
  };
  document.addEventListener("pointerdown", (event) => (isPressed = (event.target as Element).closest("a[href], button, .cs-part") !== null), { signal });
  document.addEventListener("pointerup", release, { signal });
  document.addEventListener("pointercancel", release, { signal });
  document.addEventListener(
    "htmx:confirm",
    (event) => {
      const { elt } = (event as CustomEvent<{ elt: Element }>).detail;
      if (!isPressed || !isSaving(elt)) return;
      event.preventDefault();
      waiting = true;
    },
    { signal },
  );
}

/** What was typed when the page goes away is sent at once, and kept in case that does not arrive; done twice it is done once. */
export function keepWhenLeft(draft: Draft, nameOf: (form: HTMLFormElement) => string | undefined, signal: AbortSignal): void {
  const keep = (): void => {
    for (const form of typedForms(tab())) {
      const body = new URLSearchParams();
      for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
      body.set("id", crypto.randomUUID());
      const url = form.getAttribute("hx-post") ?? "";
      draft.keepPost(crypto.randomUUID(), url, body.toString(), nameOf(form));
      takeAsSent(form);
      void fetch(url, { method: "POST", body, keepalive: true, credentials: "same-origin", redirect: "manual" }).catch(() => undefined);
    }
  };
  window.addEventListener("pagehide", keep, { signal });
}

function tab(): HTMLElement | null {
  return document.getElementById("design-tab");
}

function isOfForm(pressed: Element, form: HTMLFormElement): boolean {
  return form.contains(pressed) || (pressed instanceof HTMLButtonElement && pressed.form === form);
}

function opensElsewhere(event: MouseEvent): boolean {
  return event.ctrlKey || event.metaKey || event.shiftKey || (event.target as Element).closest("a[target]") !== null;
}
