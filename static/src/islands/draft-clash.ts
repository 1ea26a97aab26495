import type { Draft } from "../lib/draft/draft";
import { type Json, isObject, same } from "../lib/draft/model";
import { isList } from "../lib/draft/places";
import type { Choice, ClashItem } from "../lib/draft/rebase";

/** Asks place by place whose change counts, and sends everything again. Resolves when that is done. */
export async function askAboutClash(draft: Draft): Promise<void> {
  const dialog = dialogOf(questions(draft.clash));
  document.body.append(dialog);
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  const choices = new Map(questions(draft.clash).map((item, row) => [placeOf(item), chosenIn(dialog, row)]));
  dialog.remove();
  await draft.settle(choices);
}

/** What is asked: once for everything in one thing that was taken away. */
function questions(items: readonly ClashItem[]): ClashItem[] {
  return [...new Map(items.map((item) => [placeOf(item), item])).values()];
}

function placeOf({ place, gone }: ClashItem): string {
  return gone?.place ?? place;
}

function chosenIn(dialog: HTMLDialogElement, row: number): Choice {
  return dialog.querySelector<HTMLInputElement>(`[name="clash-${row}"]:checked`)?.value === "mine" ? "mine" : "theirs";
}

function dialogOf(items: readonly ClashItem[]): HTMLDialogElement {
  const dialog = document.createElement("dialog");
  dialog.className = "cs-dialog cs-clash";
  dialog.setAttribute("aria-labelledby", "clash-head");
  // Nothing is decided by leaving: Escape would lose one of the two.
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  const head = made("h2", "", items.length === 1 ? "Changed by somebody else too" : `${items.length} places changed by somebody else too`);
  head.id = "clash-head";
  const note = made("p", "cs-soft", "Choose whose change is to stay. Everything else is merged already.");
  const form = made("form", "cs-stack");
  form.setAttribute("method", "dialog");
  const button = made("button", "btn btn-primary", "Merge");
  form.append(head, note, ...items.map(fieldset), button);
  dialog.append(form);
  return dialog;
}

function fieldset(item: ClashItem, row: number): HTMLElement {
  const set = made("fieldset", "cs-clash-item");
  const { gone, by } = item;
  if (gone) {
    const what = sentence(gone.where ?? `“${gone.name}”`);
    set.append(
      made("legend", "", by ? `${what} was taken away by ${by}` : `${what} was taken away`),
      option(row, "theirs", "Leave it taken away", "What you changed in it is lost", true),
    );
    if (gone.can_return) set.append(option(row, "mine", "Bring it back, with mine", `${sentence(item.where)}: ${shown(item.mine)}`, false));
    return set;
  }
  const [theirs, mine] = apart(item.theirs, item.mine);
  set.append(
    made("legend", "", sentence(item.where)),
    option(row, "theirs", item.by ? `Keep what ${item.by} made` : "Keep theirs", theirs, true),
    option(row, "mine", "Keep mine", mine, false),
  );
  return set;
}

function option(row: number, choice: Choice, words: string, value: string, isChosen: boolean): HTMLElement {
  const label = made("label", "cs-clash-option");
  const radio = document.createElement("input");
  Object.assign(radio, { type: "radio", name: `clash-${row}`, value: choice, checked: isChosen, className: "form-check-input" });
  const text = made("span", "");
  text.append(made("span", "cs-strong", words), made("span", "cs-clash-value", value));
  label.append(radio, text);
  return label;
}

/** A value in a few words. */
export function shown(value: Json | undefined): string {
  if (value === undefined) return "taken away";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (isList(value)) return value.map(shown).join(", ") || "none";
  if (isObject(value)) {
    const named = nameOf(value);
    if (named) return named;
    if (typeof value.x === "number" && typeof value.y === "number") return `at ${value.x}, ${value.y}`;
    return Object.keys(value).join(", ").replaceAll("_", " ");
  }
  return String(value);
}

/** Two values that can be told apart: where both are called the same, with what differs in them. */
export function apart(one: Json | undefined, other: Json | undefined): [string, string] {
  if (!isObject(one) || !isObject(other) || shown(one) !== shown(other)) return [shown(one), shown(other)];
  const [ones, others] = [[nameOf(one)], [nameOf(other)]];
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
    if (same(one[key], other[key])) continue;
    const [here, there] = apart(one[key], other[key]);
    ones.push(`${key.replaceAll("_", " ")}: ${one[key] === undefined ? "none" : here}`);
    others.push(`${key.replaceAll("_", " ")}: ${other[key] === undefined ? "none" : there}`);
  }
  return [ones.filter(Boolean).join("; "), others.filter(Boolean).join("; ")];
}

function nameOf(value: { readonly [name: string]: Json | undefined }): string {
  const named = value.name ?? value.label ?? value.period;
  return typeof named === "string" ? named : "";
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function made(tag: string, css: string, text = ""): HTMLElement {
  const element = document.createElement(tag);
  element.className = css;
  element.textContent = text;
  return element;
}
