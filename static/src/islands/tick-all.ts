/**
 * A box in the head of a table that ticks all boxes of its form with the name `ids`, and says in `[data-ticked]` how many are
 * ticked. Without script there is no such box.
 */
export default class TickAll extends HTMLElement {
  private form: HTMLFormElement | null = null;

  private readonly onChange = (event: Event): void => {
    const all = this.querySelector("input");
    if (event.target === all) for (const box of this.boxes()) box.checked = all?.checked ?? false;
    this.show();
  };

  connectedCallback(): void {
    this.form = this.closest("form");
    const label = this.querySelector("label");
    if (!this.form || !label) return;
    label.hidden = false;
    this.form.addEventListener("change", this.onChange);
    this.show();
  }

  disconnectedCallback(): void {
    this.form?.removeEventListener("change", this.onChange);
  }

  private boxes(): HTMLInputElement[] {
    const all = [...(this.form?.querySelectorAll<HTMLInputElement>("input[name=ids]") ?? [])];
    return all.filter((box) => !box.disabled);
  }

  private show(): void {
    const boxes = this.boxes();
    const ticked = boxes.filter((box) => box.checked).length;
    const all = this.querySelector("input");
    if (all) {
      all.checked = boxes.length > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    }
    const said = this.form?.querySelector("[data-ticked]");
    if (said) said.textContent = ticked ? `(${ticked})` : "";
  }
}
