/** Asks before a page with typed text is left. */
export default class Unsaved extends HTMLElement {
  private dirty = false;

  private readonly onLeave = (event: BeforeUnloadEvent): void => {
    if (this.dirty) event.preventDefault();
  };

  connectedCallback(): void {
    this.dirty = this.hasAttribute("data-dirty");
    this.addEventListener("input", () => {
      this.dirty = true;
    });
    this.addEventListener("submit", () => {
      this.dirty = false;
    });
    window.addEventListener("beforeunload", this.onLeave);
  }

  disconnectedCallback(): void {
    window.removeEventListener("beforeunload", this.onLeave);
  }
}
