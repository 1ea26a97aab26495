import Sortable from "sortablejs";

import { pathAfter, type Path } from "../lib/form-paths";
import { announce } from "../lib/live";

/** The edit that was just sent: what was added is named next, where a part was moved to is said. */
let sent = "";

/** Where the palette is folded until it is wanted; see form-designer.css. */
const PHONE = "(max-width: 767.98px)";
const MOVES: Record<string, string> = { ArrowUp: "up", ArrowDown: "down", ArrowRight: "into", ArrowLeft: "out" };

/** The form designer: drag and drop, keys, and the search of the palette. Every change is a form that works without it too. */
export default class FormCanvas extends HTMLElement {
  private lists: Sortable[] = [];

  connectedCallback(): void {
    this.startLists();
    this.startPalette();
    document.addEventListener("keydown", this.press);
    this.addEventListener("submit", noticeEdit);
    this.classList.add("is-live");
    const next = sent === "form.add" ? () => this.nameNext() : sent === "form.move" ? () => this.sayPlace() : undefined;
    sent = "";
    // After htmx has given the focus back to where it was.
    if (next) document.addEventListener("htmx:afterSettle", next, { once: true });
  }

  disconnectedCallback(): void {
    document.removeEventListener("keydown", this.press);
    for (const list of this.lists) list.destroy();
    this.lists = [];
  }

  private startLists(): void {
    const root = this.querySelector<HTMLElement>("[data-root]");
    // Its own dragging instead of the browser's: the same on touch, and a click that trembles stays a click.
    const shared = { onChoose: withoutStyles, animation: 140, forceFallback: true, fallbackTolerance: 5, fallbackOnBody: true, delay: 120, delayOnTouchOnly: true };
    for (const list of root ? [root, ...containers(root)] : []) {
      this.lists.push(
        new Sortable(list, {
          ...shared,
          draggable: ".cs-part",
          ghostClass: "is-ghost",
          group: { name: "form", put: true },
          swapThreshold: 0.6,
          emptyInsertThreshold: 18,
          onEnd: (event) => this.moved(event),
          onAdd: (event) => this.added(event),
        }),
      );
    }
    for (const list of this.querySelectorAll<HTMLElement>("[data-palette]")) {
      this.lists.push(
        new Sortable(list, {
          ...shared,
          draggable: ".cs-palette-item",
          ghostClass: "is-ghost",
          sort: false,
          group: { name: "form", pull: "clone", put: false },
        }),
      );
    }
  }

  /** A part that stood on the canvas was dropped. */
  private moved(event: Sortable.SortableEvent): void {
    const { item, from, to, oldDraggableIndex, newDraggableIndex } = event;
    if (item.dataset["part"] === undefined || newDraggableIndex === undefined) return;
    if (from === to && oldDraggableIndex === newDraggableIndex) return;
    const part = item.dataset["part"];
    const into = pathOf(to);
    const after = [...pathAfter(parsed(into), parsed(part)), newDraggableIndex];
    const name = item.dataset["item"] ?? "";
    const next = name.startsWith("field:") ? name : `part:${after.join(".")}`;
    const which: Record<string, string> = name.startsWith("field:") ? { field: name.slice("field:".length) } : { part };
    this.send({ edit: "form.move", ...which, into, index: String(newDraggableIndex), next });
  }

  /** An entry of the palette was dropped; its copy goes when the form is drawn again. */
  private added(event: Sortable.SortableEvent): void {
    const { item, to, newDraggableIndex } = event;
    const key = item.dataset["item"];
    if (item.dataset["part"] !== undefined || key === undefined) return;
    const index = [...to.children].filter((one) => one === item || one.matches(".cs-part")).indexOf(item);
    const into = pathOf(to);
    item.classList.add("is-new");
    const at = index < 0 ? (newDraggableIndex ?? 0) : index;
    this.send({ edit: "form.add", item: key, into, index: String(at), next: `part:${[into, at].filter((one) => one !== "").join(".")}` });
  }

  /** Sends the hidden form with these values; what is not named stays out of it. */
  private send(values: Record<string, string>): void {
    const form = this.querySelector<HTMLFormElement>("form[data-drop]");
    if (!form) return;
    for (const name of ["edit", "item", "field", "part", "into", "index", "to", "next"]) {
      const input = form.elements.namedItem(name);
      if (!(input instanceof HTMLInputElement)) continue;
      const value = values[name];
      input.disabled = value === undefined;
      input.value = name === "next" ? `${input.dataset["here"] ?? ""}${value ?? ""}` : (value ?? "");
    }
    form.requestSubmit();
  }

  private startPalette(): void {
    const fold = this.querySelector<HTMLDetailsElement>("[data-palette-fold]");
    if (fold && !window.matchMedia(PHONE).matches) fold.open = true;
    const search = this.querySelector<HTMLElement>("[data-palette-search]");
    const input = search?.querySelector("input");
    if (!search || !input) return;
    search.hidden = false;
    input.addEventListener("input", () => this.find(input.value));
  }

  private find(typed: string): void {
    const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const group of this.querySelectorAll<HTMLElement>("[data-palette-group]")) {
      let inGroup = 0;
      for (const item of group.querySelectorAll<HTMLElement>(".cs-palette-item")) {
        item.hidden = !words.every((word) => (item.dataset["words"] ?? "").includes(word));
        if (!item.hidden) inGroup += 1;
      }
      group.hidden = inGroup === 0;
      count += inGroup;
    }
    const none = this.querySelector<HTMLElement>("[data-palette-none]");
    if (none) none.hidden = count > 0;
    announce(`${count} in the palette`);
  }

  private nameNext(): void {
    const name = this.querySelector<HTMLInputElement>("#set-label, #part-title");
    name?.focus();
    name?.select();
  }

  /** Who does not see the form hears where in its section the chosen part stands now. */
  private sayPlace(): void {
    const part = this.querySelector<HTMLElement>(".cs-part.is-chosen");
    const beside = [...(part?.parentElement?.children ?? [])].filter((one) => one.matches(".cs-part"));
    if (part) announce(`${beside.indexOf(part) + 1} of ${beside.length}`);
  }

  private readonly press = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement;
    if (!this.contains(target) && target !== document.body) return;
    const isTyping = target.matches("input, textarea, select");
    const fold = target.closest<HTMLDetailsElement>("[data-palette-fold][open]");
    if (event.key === "Escape" && fold && window.matchMedia(PHONE).matches) {
      fold.open = false;
      fold.querySelector("summary")?.focus();
      return;
    }
    if (event.key === "Escape" && target.closest(".cs-settings, .cs-palette")) {
      this.querySelector<HTMLElement>(".is-chosen > .cs-part-pick")?.focus();
      return;
    }
    if (event.key === "/" && !isTyping) {
      event.preventDefault();
      this.querySelector("[data-palette-fold]")?.setAttribute("open", "");
      this.querySelector<HTMLInputElement>("[data-palette-search] input")?.focus();
      return;
    }
    if (event.key === "Enter" && target.closest("[data-palette-search]")) {
      event.preventDefault();
      [...this.querySelectorAll<HTMLElement>(".cs-palette-item")].find((one) => !one.hidden && !one.closest("[hidden]"))?.click();
      return;
    }
    const part = target.matches(".cs-part-pick") ? target.closest<HTMLElement>(".cs-part") : null;
    if (part) this.pressOnPart(event, part);
  };

  private pressOnPart(event: KeyboardEvent, part: HTMLElement): void {
    const here = { part: part.dataset["part"] ?? "", next: part.dataset["item"] ?? "" };
    const move = event.altKey ? MOVES[event.key] : undefined;
    if (move !== undefined) this.act(event, part, `do-${move}`, { edit: "form.move", to: move, ...here });
    else if (event.key === "Delete" || event.key === "Backspace") this.act(event, part, "do-remove", null);
    else if (event.key.toLowerCase() === "d" && !event.ctrlKey && !event.metaKey) this.act(event, part, "do-duplicate", null);
    else if (!event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) this.walk(event, part);
  }

  /** Uses the button of the chosen part; another part is moved at once, or chosen first. */
  private act(event: KeyboardEvent, part: HTMLElement, button: string, values: Record<string, string> | null): void {
    event.preventDefault();
    if (part.classList.contains("is-chosen")) {
      const found = this.querySelector<HTMLButtonElement | HTMLAnchorElement>(`#${button}`);
      if (found && !(found instanceof HTMLButtonElement && found.disabled)) found.click();
    } else if (values) this.send(values);
    else part.querySelector<HTMLElement>(":scope > .cs-part-pick")?.click();
  }

  private walk(event: KeyboardEvent, part: HTMLElement): void {
    event.preventDefault();
    const picks = [...this.querySelectorAll<HTMLElement>(".cs-part-pick")];
    const at = picks.findIndex((one) => one.closest(".cs-part") === part);
    picks[at + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
  }
}

/** The elements of the runtime's templates in which the parts of a container stand. */
function containers(root: HTMLElement): HTMLElement[] {
  const found: HTMLElement[] = [];
  for (const part of root.querySelectorAll<HTMLElement>(".cs-part")) {
    const list = part.querySelector<HTMLElement>(":scope > .cs-part-face:not([inert]) > *");
    if (list) found.push(list);
  }
  return found;
}

/** What is dragged is copied, and the content policy forbids copies to have styles of their own. */
function withoutStyles({ item }: Sortable.SortableEvent): void {
  for (const one of [item, ...item.querySelectorAll("[style]")]) one.removeAttribute("style");
}

function noticeEdit(event: SubmitEvent): void {
  const edit = event.target instanceof HTMLFormElement ? event.target.elements.namedItem("edit") : null;
  sent = edit instanceof HTMLInputElement ? edit.value : "";
}

function pathOf(list: Element): string {
  return list.closest<HTMLElement>("[data-part]")?.dataset["part"] ?? "";
}

function parsed(path: string): Path {
  return path === "" ? [] : path.split(".").map(Number);
}
