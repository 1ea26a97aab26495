/** A `<dialog>` that the server sent: it opens itself, is closed by its `data-close`, by Escape or beside it, and is gone then. */
export default class ServerDialog extends HTMLElement {
  connectedCallback(): void {
    const dialog = this.querySelector("dialog");
    if (!dialog || dialog.open) return;
    dialog.showModal();
    dialog.addEventListener("close", () => this.remove());
    dialog.addEventListener("click", (event) => {
      const pressed = event.target as Element;
      if (pressed !== dialog && !pressed.closest("[data-close]")) return;
      event.preventDefault();
      dialog.close();
    });
  }
}
