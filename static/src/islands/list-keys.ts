/**
 * J and K move through the rows (`[data-row]`), Enter opens the row, X ticks it, / goes to the search box.
 * Keys typed into a field, or with a modifier, belong to the browser.
 */
export default class ListKeys extends HTMLElement {
  private readonly onKey = (event: KeyboardEvent): void => this.key(event);

  connectedCallback(): void {
    document.addEventListener("keydown", this.onKey);
  }

  disconnectedCallback(): void {
    document.removeEventListener("keydown", this.onKey);
  }

  private key(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isField(event.target)) return;
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") {
      event.preventDefault();
      this.move(key === "j" ? 1 : -1);
    } else if (key === "x") {
      const row = document.activeElement?.closest("[data-row]");
      const box = row && this.contains(row) ? row.querySelector<HTMLInputElement>("input[type=checkbox]") : null;
      if (box) {
        event.preventDefault();
        box.click();
      }
    } else if (key === "/") {
      const box = document.querySelector<HTMLInputElement>('input[type="search"]');
      if (box) {
        event.preventDefault();
        box.focus();
        box.select();
      }
    }
  }

  private move(step: 1 | -1): void {
    const links = [...this.querySelectorAll<HTMLElement>("[data-row] [data-open]")];
    const here = links.findIndex((link) => link === document.activeElement);
    const next = here < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(here + step, 0), links.length - 1);
    // Enter then opens what has the focus: nothing of our own to get wrong.
    links[next]?.focus();
  }
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName));
}
