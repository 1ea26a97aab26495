import { answerOf, redrawn } from "../lib/redraw";

const PAUSE = 400;

/** A value that the server works out again when an answer changes; without script its button does. */
export default class Computed extends HTMLElement {
  private timer = 0;
  private run = 0;
  private readonly later = (event: Event): void => {
    const place = (event.target as HTMLElement).closest("[data-field]");
    if (place === null || place.contains(this)) return;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(), PAUSE);
  };

  connectedCallback(): void {
    const button = this.querySelector<HTMLButtonElement>("button[name=redraw]");
    if (button) button.hidden = true;
    this.form?.addEventListener("change", this.later);
    this.form?.addEventListener("countersign:filled", this.later);
  }

  disconnectedCallback(): void {
    window.clearTimeout(this.timer);
    this.form?.removeEventListener("change", this.later);
    this.form?.removeEventListener("countersign:filled", this.later);
  }

  private get form(): HTMLFormElement | null {
    return this.closest("form");
  }

  /** One question for all such values of the form: the first of them asks. */
  private async ask(): Promise<void> {
    const form = this.form;
    const all = [...(form?.querySelectorAll<HTMLElement>("cs-computed") ?? [])];
    if (form === null || all[0] !== this) return;
    const run = ++this.run;
    const page = await redrawn(form, fieldOf(this));
    if (page === null || run !== this.run) return;
    for (const one of all) {
      const fresh = page.querySelector<HTMLElement>(`[data-field="${fieldOf(one)}"] cs-computed`);
      const output = one.querySelector("output");
      if (fresh === null || output === null) continue;
      const text = fresh.querySelector("output")?.textContent ?? "";
      if (output.textContent !== text) output.textContent = text;
      one.dataset["answer"] = answerOf(fresh);
    }
    // Conditions that ask for these values follow.
    form.querySelector("cs-step-form")?.dispatchEvent(new Event("input"));
  }
}

function fieldOf(island: HTMLElement): string {
  return island.closest<HTMLElement>("[data-field]")?.dataset["field"] ?? "";
}
