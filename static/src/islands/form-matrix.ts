const LEVELS: Record<string, string> = { h: "hidden", r: "read", w: "write", q: "required" };
const STEPS: Record<string, readonly [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The matrix of fields and steps by keyboard: arrows move, shift selects, a letter sets all that is selected. */
export default class FormMatrix extends HTMLElement {
  private anchor: readonly [number, number] | null = null;

  connectedCallback(): void {
    this.classList.add("is-live");
    this.querySelector<HTMLElement>("[data-keys]")?.removeAttribute("hidden");
    this.rove(this.cells()[0]?.[0]);
    this.addEventListener("keydown", (event) => this.press(event));
    this.addEventListener("focusin", (event) => {
      if (event.target instanceof HTMLSelectElement && event.target.dataset["cell"]) this.rove(event.target);
    });
    this.addEventListener("change", (event) => this.changed(event));
    this.addEventListener("pointerdown", (event) => this.point(event));
  }

  /** The cells by row and column. */
  private cells(): HTMLSelectElement[][] {
    return [...this.querySelectorAll("tr[data-row]")].map((row) => [
      ...row.querySelectorAll<HTMLSelectElement>("select[data-cell]"),
    ]);
  }

  private place(cell: HTMLSelectElement): readonly [number, number] {
    const rows = this.cells();
    const row = rows.findIndex((one) => one.includes(cell));
    return [row, rows[row]?.indexOf(cell) ?? 0];
  }

  /** One cell alone takes part in the order of Tab. */
  private rove(current: HTMLSelectElement | undefined): void {
    for (const cell of this.cells().flat()) cell.tabIndex = cell === current ? 0 : -1;
  }

  private press(event: KeyboardEvent): void {
    const cell = event.target;
    if (!(cell instanceof HTMLSelectElement) || !cell.dataset["cell"]) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.key];
    const level = LEVELS[event.key.toLowerCase()];
    if (step) this.move(event, cell, step);
    else if (event.key === "Escape") this.select([]);
    else if (level) {
      event.preventDefault();
      this.send(this.selected().length > 0 ? this.selected() : [cell], level);
    }
  }

  private move(event: KeyboardEvent, cell: HTMLSelectElement, [down, right]: readonly [number, number]): void {
    event.preventDefault();
    const here = this.place(cell);
    const target = this.cells()[here[0] + down]?.[here[1] + right];
    if (!target) return;
    if (event.shiftKey) {
      this.anchor ??= here;
      this.selectTo(this.place(target));
    } else this.select([]);
    target.focus();
  }

  private selectTo(end: readonly [number, number]): void {
    const start = this.anchor ?? end;
    const inside = (at: number, axis: 0 | 1): boolean =>
      at >= Math.min(start[axis], end[axis]) && at <= Math.max(start[axis], end[axis]);
    this.mark(this.cells().flatMap((row, down) => row.filter((_, right) => inside(down, 0) && inside(right, 1))));
  }

  private point(event: PointerEvent): void {
    const cell = event.target;
    if (!(cell instanceof HTMLSelectElement) || !cell.dataset["cell"] || !event.shiftKey) return;
    event.preventDefault();
    const active = document.activeElement;
    this.anchor ??= active instanceof HTMLSelectElement && active.dataset["cell"] ? this.place(active) : this.place(cell);
    this.selectTo(this.place(cell));
    cell.focus();
  }

  private selected(): HTMLSelectElement[] {
    return [...this.querySelectorAll<HTMLSelectElement>("select[data-cell].is-selected")];
  }

  private select(cells: readonly HTMLSelectElement[]): void {
    this.anchor = null;
    this.mark(cells);
  }

  private mark(cells: readonly HTMLSelectElement[]): void {
    for (const cell of this.cells().flat()) cell.classList.toggle("is-selected", cells.includes(cell));
    this.tell();
  }

  /** How many cells the next letter or button sets. */
  private tell(): void {
    const words = this.querySelector<HTMLElement>("[data-selected]");
    const ticked = (name: string): number => this.querySelectorAll(`input[name="${name}"]:checked`).length;
    const count = this.selected().length || ticked("fields") * ticked("steps");
    if (words) words.textContent = count > 0 ? `${count} chosen` : "Tick fields and steps, or choose cells with Shift.";
  }

  private changed(event: Event): void {
    const target = event.target;
    if (target instanceof HTMLInputElement) {
      this.tell();
      return;
    }
    if (!(target instanceof HTMLSelectElement) || !target.dataset["cell"]) return;
    const selected = this.selected();
    this.send(selected.includes(target) ? selected : [target], target.value);
  }

  /** Sets the cells by the form's own button; those that cannot have the level stay. */
  private send(cells: readonly HTMLSelectElement[], level: string): void {
    const fitting = cells.filter((cell) => [...cell.options].some((one) => one.value === level));
    const form = this.querySelector<HTMLFormElement>("#matrix-form");
    const select = this.querySelector<HTMLSelectElement>("#matrix-level");
    const apply = this.querySelector<HTMLButtonElement>("#matrix-apply");
    if (!form || !select || !apply || fitting.length === 0) return;
    select.value = level;
    for (const tick of form.querySelectorAll<HTMLInputElement>('input[name="fields"], input[name="steps"]')) tick.checked = false;
    for (const cell of fitting) {
      const input = document.createElement("input");
      input.type = "hidden";
      input.name = "cells";
      input.value = cell.dataset["cell"] ?? "";
      form.append(input);
    }
    form.requestSubmit(apply);
  }
}
