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
    const update = (): void => {
      this.box?.destroy();
      this.box = undefined;
      if (!select.disabled && select.options.length > LONG) this.box = enhance(select);
    };
    select.addEventListener("countersign:options", update);
    update();
  }

  disconnectedCallback(): void {
    this.box?.destroy();
    this.box = undefined;
  }
}

function enhance(select: HTMLSelectElement): TomSelect {
  return new TomSelect(select, {
    allowEmptyOption: true,
    maxOptions: 500,
    controlInput: '<input type="text" autocomplete="off">',
    // Optgroups are shown as they stand; matching is by the visible name.
    searchField: ["text"],
    sortField: [{ field: "$order" }],
  });
}
