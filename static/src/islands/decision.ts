/**
 * The action bar: the people and the duty to give a reason follow the chosen next step. Without script all people
 * are offered, grouped by step, and the server refuses what does not fit.
 *
 * Radios carry `data-transition` (key), `data-assignee` ("choose" | "none"), `data-note` and `data-reason` ("required" | "").
 * The options of the select stand in `<optgroup data-transition>`.
 */
export default class Decision extends HTMLElement {
  private groups: HTMLOptGroupElement[] = [];

  connectedCallback(): void {
    this.groups = [...this.querySelectorAll<HTMLOptGroupElement>("select[name=assignee] optgroup")];
    this.addEventListener("change", (event) => {
      if ((event.target as Element).matches("input[name=transition]")) this.follow(true);
    });
    this.follow(false);
  }

  private follow(chosen: boolean): void {
    const radio = this.querySelector<HTMLInputElement>("input[name=transition]:checked");
    this.showPeople(radio, chosen);
    this.showReason(radio);
    const submit = this.querySelector<HTMLButtonElement>("[data-submit]");
    const label = radio?.dataset["submit"];
    if (submit && label) submit.textContent = label;
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
    const kept = chosen ? "" : select.value;
    for (const group of this.groups) group.remove();
    const group = this.groups.find((one) => one.dataset["transition"] === radio?.dataset["transition"]);
    if (group) select.append(group);
    const people = group ? [...group.children].filter((one) => one instanceof HTMLOptionElement) : [];
    const only = people.length === 1 ? people[0] : undefined;
    select.value = people.some((one) => one.value === kept) ? kept : (only?.value ?? "");
    select.dispatchEvent(new CustomEvent("countersign:options"));
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
