/**
 * The action bar: the people and the duty to give a reason follow the chosen next step. Without script all people
 * are offered, grouped by step, and the server refuses what does not fit.
 *
 * Radios carry `data-transition` (key), `data-assignee` ("choose" | "none"), `data-note` and `data-reason` ("required" | "").
 * The options of the select stand in `<optgroup data-transition>`. Steps that open at once have a picker each, in a
 * `[data-branch]` that names the keys of the ways that open it.
 */
export default class Decision extends HTMLElement {
  private people = new Map<string, HTMLOptionElement[]>();

  connectedCallback(): void {
    for (const group of this.querySelectorAll<HTMLOptGroupElement>("select[name=assignee] optgroup")) {
      this.people.set(group.dataset["transition"] ?? "", [...group.querySelectorAll("option")]);
    }
    this.addEventListener("change", (event) => {
      const radio = event.target as HTMLInputElement;
      if (radio.name === "transition") this.follow(radio, true);
    });
    this.follow(this.querySelector<HTMLInputElement>("input[name=transition]:checked"), false);
  }

  private follow(radio: HTMLInputElement | null, chosen: boolean): void {
    this.showPeople(radio, chosen);
    this.showBranches(radio);
    this.showReason(radio);
  }

  private showPeople(radio: HTMLInputElement | null, chosen: boolean): void {
    const place = this.querySelector<HTMLElement>("[data-people]");
    const select = this.querySelector<HTMLSelectElement>("select[name=assignee]");
    const note = this.querySelector<HTMLElement>("[data-people-note]");
    if (note) note.textContent = radio?.dataset["note"] ?? "";
    if (!place || !select) return;
    const wanted = radio?.dataset["assignee"] === "choose";
    place.hidden = !wanted;
    select.disabled = !wanted;
    if (!wanted) return;
    select.dispatchEvent(new CustomEvent("countersign:options-change"));
    const kept = chosen ? "" : select.value;
    const people = this.people.get(radio?.dataset["transition"] ?? "") ?? [];
    const nobody = select.options[0];
    select.replaceChildren(...(nobody ? [nobody] : []), ...people);
    const first = people.find((one) => one.value === kept) ?? (people.length === 1 ? people[0] : nobody);
    if (first) first.selected = true;
    select.dispatchEvent(new CustomEvent("countersign:options"));
  }

  private showBranches(radio: HTMLInputElement | null): void {
    const key = radio?.dataset["transition"] ?? "";
    for (const place of this.querySelectorAll<HTMLElement>("[data-branch]")) {
      place.hidden = !(place.dataset["branch"] ?? "").split(" ").includes(key);
      for (const select of place.querySelectorAll("select")) select.disabled = place.hidden;
    }
  }

  private showReason(radio: HTMLInputElement | null): void {
    const reason = this.querySelector<HTMLTextAreaElement>("textarea[name=comment]");
    if (!reason) return;
    const required = radio?.dataset["reason"] === "required";
    reason.required = required;
    const mark = this.querySelector<HTMLElement>("[data-reason-mark]");
    if (mark) mark.textContent = required ? "required" : "optional";
  }
}
