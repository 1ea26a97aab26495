const STAYS_MS = 7_000;

/** A message of the server. Good news leaves by itself, unless somebody points at it or reads it; bad news stays. */
export default class Toast extends HTMLElement {
  private timer = 0;

  connectedCallback(): void {
    const close = this.querySelector<HTMLButtonElement>("button[data-close]");
    if (close) {
      close.hidden = false;
      close.addEventListener("click", () => this.remove());
    }
    if (!this.hasAttribute("data-fades")) return;
    this.wait();
    for (const kind of ["pointerenter", "focusin"]) this.addEventListener(kind, () => this.stop());
    for (const kind of ["pointerleave", "focusout"]) this.addEventListener(kind, () => this.wait());
  }

  disconnectedCallback(): void {
    this.stop();
  }

  private wait(): void {
    this.stop();
    this.timer = window.setTimeout(() => this.remove(), STAYS_MS);
  }

  private stop(): void {
    window.clearTimeout(this.timer);
  }
}
