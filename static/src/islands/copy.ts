import { announce } from "../lib/live";

/** Copies `value` to the clipboard; without script or clipboard there is no button, the text can be selected. */
export default class Copy extends HTMLElement {
  connectedCallback(): void {
    const button = this.querySelector("button");
    if (!button || !navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      void navigator.clipboard.writeText(this.getAttribute("value") ?? "").then(() => {
        this.classList.add("is-copied");
        announce("Copied");
        window.setTimeout(() => this.classList.remove("is-copied"), 1_500);
      });
    });
  }
}
