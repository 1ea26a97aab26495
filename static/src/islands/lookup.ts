import TomSelect from "tom-select/base";

import "../css/combobox.css";
import { redrawn } from "../lib/redraw";

const LONGEST = 100;

/**
 * Looks entries up while somebody types, and fills in what follows from the one that is chosen. Both ask the server to draw
 * the page again, as the buttons do that stand there without script. On touch the system's own list is better: there the
 * search stays.
 */
export default class Lookup extends HTMLElement {
  private box: TomSelect | undefined;
  private run = 0;
  private readonly chosen = (): void => void this.fill();

  connectedCallback(): void {
    const select = this.querySelector("select");
    if (!select) return;
    select.addEventListener("change", this.chosen);
    const fill = this.querySelector<HTMLElement>(".cs-lookup-fill");
    if (fill) fill.hidden = true;
    if (window.matchMedia("(pointer: coarse)").matches) this.searchHere(select);
    else this.enhance(select);
  }

  disconnectedCallback(): void {
    this.box?.destroy();
    this.box = undefined;
    this.querySelector("select")?.removeEventListener("change", this.chosen);
  }

  private get field(): HTMLElement | null {
    return this.closest<HTMLElement>("[data-field]");
  }

  /** The search of the page, without loading it again. */
  private searchHere(select: HTMLSelectElement): void {
    const button = this.querySelector<HTMLButtonElement>(".cs-lookup-search button");
    const input = this.querySelector<HTMLInputElement>("input[type=search]");
    button?.addEventListener("click", (event) => {
      event.preventDefault();
      void this.find(input?.value ?? "").then((options) => {
        if (options === null) return;
        select.replaceChildren(...options);
        select.focus();
      });
    });
  }

  private enhance(select: HTMLSelectElement): void {
    const search = this.querySelector<HTMLElement>(".cs-lookup-search");
    if (search) search.hidden = true;
    const empty = [...select.options].find((option) => option.value === "");
    this.box = new TomSelect(select, {
      placeholder: empty?.textContent?.trim() ?? "",
      loadThrottle: 250,
      refreshThrottle: 0,
      controlInput: '<input type="text" autocomplete="off">',
      searchField: ["text"],
      // What the server found is shown as it came: it knows more of an entry than its name.
      score: () => () => 1,
      sortField: [{ field: "$order" }],
      shouldLoad: (text: string) => text.length > 0,
      load: (text: string, done: (found?: { value: string; text: string }[]) => void) => {
        void this.find(text).then((options) => {
          const found = (options ?? []).filter((one) => one.value !== "");
          const kept = this.box?.getValue();
          for (const known of Object.keys(this.box?.options ?? {})) if (known !== kept) this.box?.removeOption(known, true);
          done(found.map((one) => ({ value: one.value, text: one.textContent?.trim() ?? "" })));
        });
      },
      render: { no_results: () => '<div class="no-results">Nothing found</div>' },
    });
    select.setAttribute("aria-hidden", "true");
  }

  private async find(text: string): Promise<HTMLOptionElement[] | null> {
    const form = this.closest("form");
    const name = this.field?.dataset["field"] ?? "";
    const input = this.querySelector<HTMLInputElement>("input[type=search]");
    if (!form || !input) return null;
    const page = await redrawn(form, name, { [input.name]: text.slice(0, LONGEST) });
    if (page === null) return null;
    return [...page.querySelectorAll<HTMLOptionElement>(`[data-field="${name}"] select option`)];
  }

  private async fill(): Promise<void> {
    const form = this.closest("form");
    const targets = (this.dataset["fills"] ?? "").split(" ").filter(Boolean);
    if (!form || targets.length === 0) return;
    const run = ++this.run;
    const page = await redrawn(form, `${this.field?.dataset["field"] ?? ""}.fill`);
    if (page === null || run !== this.run) return;
    for (const name of targets) copy(page, form, name);
    form.dispatchEvent(new Event("countersign:filled", { bubbles: true }));
  }
}

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
const CONTROLS = "input:not([type=radio]):not([type=search]), select, textarea";

/** Takes over what the server has put into a field. */
function copy(page: Document, form: HTMLElement, name: string): void {
  const [from, to] = [page, form].map((one) => one.querySelector<HTMLElement>(`[data-field="${name}"]`));
  if (!from || !to) return;
  const value = from.querySelector<Control>(CONTROLS)?.value;
  const target = to.querySelector<Control>(CONTROLS);
  if (value !== undefined && target && target.value !== value) {
    target.value = value;
    target.dispatchEvent(new Event("input", { bubbles: true }));
  }
  for (const radio of from.querySelectorAll<HTMLInputElement>("input[type=radio]")) {
    const twin = [...to.querySelectorAll<HTMLInputElement>("input[type=radio]")].find((one) => one.value === radio.value);
    if (twin) twin.checked = radio.checked;
  }
}
