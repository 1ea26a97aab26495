import TomSelect from "tom-select/base";

import "../css/combobox.css";

/** From this many choices on typing is quicker than looking. On touch the system's own list is better. */
const LONG = 8;

/** A long plain select gets a box to type into; its value and name stay those of the select. */
export default class Combobox extends HTMLElement {
  private box: TomSelect | undefined;

  connectedCallback(): void {
    const select = this.querySelector("select");
    if (!select || window.matchMedia("(pointer: coarse)").matches) return;
    const remove = (): void => {
      // Brings the options back that were there when the box was made: it has to go before they are changed.
      this.box?.destroy();
      this.box = undefined;
      select.removeAttribute("aria-hidden");
    };
    const update = (): void => {
      remove();
      if (!select.disabled && select.options.length > LONG) this.box = enhance(select);
      if (document.activeElement === select) enter();
    };
    // Whoever is led to the select is led to the box, which is all that can be seen of it.
    const enter = (): void => this.box?.focus();
    select.addEventListener("focus", enter);
    select.addEventListener("countersign:options-change", remove);
    select.addEventListener("countersign:options", update);
    update();
  }

  disconnectedCallback(): void {
    this.box?.destroy();
    this.box = undefined;
  }
}

function enhance(select: HTMLSelectElement): TomSelect {
  // The empty entry is what stands in the box while nobody is chosen; backspace brings it back.
  const empty = [...select.options].find((option) => option.value === "");
  const isWrong = select.getAttribute("aria-invalid") === "true";
  const box = new TomSelect(select, {
    // What is wrong is told where the list would be.
    openOnFocus: !isWrong,
    placeholder: empty?.textContent?.trim() ?? "",
    maxOptions: 500,
    refreshThrottle: 0,
    controlInput: '<input type="text" autocomplete="off">',
    searchField: ["text"],
    sortField: [{ field: "$order" }],
    render: { no_results: () => '<div class="no-results">Nothing found</div>' },
  });
  if (isWrong) {
    box.control_input.setAttribute("aria-invalid", "true");
    box.control_input.setAttribute("aria-describedby", select.getAttribute("aria-describedby") ?? "");
    box.control_input.addEventListener("pointerdown", () => {
      box.settings.openOnFocus = true;
    });
  }
  // The box has taken over the label; the select behind it is only what is posted.
  select.setAttribute("aria-hidden", "true");
  return box;
}
