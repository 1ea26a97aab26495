import type { Draft, Refusal, State } from "../lib/draft/draft";
import { pageDraft } from "../lib/draft/page";
import { announce } from "../lib/live";
import { takeAsSent } from "../lib/typed";
import { keepTyped } from "../lib/typed-kept";
import { askAboutClash } from "./draft-clash";
import { showRefusal } from "./draft-refusal";
import { keepWhenLeft, saveBeforeClicks } from "./draft-typed";

/** Milliseconds between two looks at what others have changed, while somebody looks at the page. */
const LOOK = 10_000;
const TOLD = 400;

keepTyped();

const SIGNS: Readonly<Record<State, string>> = {
  saved: "cloud-check",
  saving: "cloud-upload",
  offline: "cloud-off",
  clash: "git-merge",
  refused: "git-merge",
  login: "cloud-off",
  moved: "alert-triangle",
};
// For the sprite: icon="cloud-check" icon="cloud-upload" icon="cloud-off" icon="git-merge" icon="alert-triangle"

/**
 * Says in the header whether the draft is saved. Keeps what cannot be sent, forms of the tabs too, sends it in order
 * later, asks about clashes, and fetches what others changed.
 */
export default class DraftState extends HTMLElement {
  private draft: Draft | undefined;
  private timer: number | undefined;
  private pause: number | undefined;
  private asked: Promise<void> | undefined;
  private said: State = "saved";
  private isFolded = false;
  private readonly listeners = new AbortController();

  connectedCallback(): void {
    void pageDraft().then((draft) => {
      if (!draft || !this.isConnected || this.draft) return;
      this.draft = draft;
      this.listen(draft);
      this.show();
    });
  }

  disconnectedCallback(): void {
    this.listeners.abort();
    window.clearInterval(this.timer);
  }

  private listen(draft: Draft): void {
    const { signal } = this.listeners;
    draft.addEventListener("change", () => this.show(), { signal });
    draft.addEventListener("revision", () => this.told(), { signal });
    draft.addEventListener("clash", () => this.ask(draft), { signal });
    draft.addEventListener("refused", (event) => showRefusal((event as CustomEvent<Refusal>).detail), { signal });
    document.addEventListener("click", (event) => this.chosen(draft, event), { signal });
    // The tab shows what the server has: what was sent later is not in it yet.
    draft.addEventListener("posted", () => draft.kept === 0 && draft.isOutdated && window.location.reload(), { signal });
    window.addEventListener("online", () => void draft.flush(), { signal });
    document.addEventListener("visibilitychange", () => void (document.hidden ? draft.flush() : draft.catchUp()), { signal });
    document.body.addEventListener("draft:changed", (event) => this.changed(draft, event), { signal });
    document.addEventListener("htmx:beforeSwap", (event) => keepCanvas(event), { signal });
    document.addEventListener("htmx:beforeRequest", (event) => queueForm(draft, event), { signal });
    document.addEventListener("htmx:sendError", (event) => keepForm(draft, event), { signal });
    document.addEventListener("htmx:responseError", (event) => isGone(event) && keepForm(draft, event), { signal });
    saveBeforeClicks(signal);
    keepWhenLeft(draft, nameOf, signal);
    document.addEventListener("submit", (event) => this.travel(draft, event), { signal, capture: true });
    document.addEventListener("click", (event) => this.fold(event), { signal });
    document.addEventListener("htmx:load", (event) => this.keepFolded(event), { signal });
    const look = (): void => void (document.hidden || draft.catchUp());
    this.timer = window.setInterval(look, LOOK);
    // The page may be older than what its tab sent while it was loaded, or come from the browser's memory.
    look();
    if (draft.state === "clash") this.ask(draft);
  }

  /** A canvas asks for words and problems again, once for what is saved in one go. */
  private told(): void {
    window.clearTimeout(this.pause);
    const tell = (): boolean => document.body.dispatchEvent(new CustomEvent("draft:saved"));
    if (document.querySelector("cs-graph-canvas")) this.pause = window.setTimeout(tell, TOLD);
  }

  private show(): void {
    if (!this.draft) return;
    const { state, kept, history } = this.draft;
    this.dataset.state = state;
    const words = this.querySelector("[data-words]");
    if (words && words.textContent !== wordsOf(state, kept)) words.textContent = wordsOf(state, kept);
    const use = this.querySelector("use");
    const href = use?.getAttribute("href")?.replace(/#.*/, `#${SIGNS[state]}`);
    if (href && use?.getAttribute("href") !== href) use?.setAttribute("href", href);
    if (this.said !== state && state !== "saving") announce(wordsOf(state, kept));
    this.said = state;
    if (!document.querySelector("cs-graph-canvas")) return;
    label("design-undo", "Undo", history.undo?.label, "Nothing to undo");
    label("design-redo", "Redo", history.redo?.label, "Nothing to make again");
  }

  /** Who folds the strip of problems away finds it folded after the next save too. */
  private fold(event: Event): void {
    const strip = (event.target as Element).closest("#design-problems summary")?.closest("details");
    if (strip) this.isFolded = strip.open;
  }

  private keepFolded(event: Event): void {
    const strip = (event.target as Element).closest("#design-problems")?.querySelector("details");
    if (strip && this.isFolded) strip.open = false;
  }

  private ask(draft: Draft): void {
    this.asked ??= askAboutClash(draft).finally(() => {
      this.asked = undefined;
      if (draft.state === "clash") this.ask(draft);
    });
  }

  private changed(draft: Draft, event: Event): void {
    const { revision, operations } = (event as CustomEvent).detail;
    draft.receive(revision, operations);
    void draft.settlePost((event.target as Element).closest("[data-refused]") !== null);
  }

  /** Whoever keeps theirs takes back the form that was refused, and is led on by the link. */
  private chosen(draft: Draft, event: Event): void {
    if ((event.target as Element).closest("[data-keep-theirs]")) void draft.settlePost(true);
  }

  /** Beside a canvas undo and redo are the canvas's: what is not sent yet is taken back too. */
  private travel(draft: Draft, event: Event): void {
    const form = event.target as HTMLFormElement;
    const button = form.querySelector("#design-undo, #design-redo");
    if (!button || !document.querySelector("cs-graph-canvas.is-ready")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (button.id === "design-undo") draft.undo();
    else draft.redo();
  }
}

export function wordsOf(state: State, kept: number): string {
  const changes = `${kept} change${kept === 1 ? "" : "s"} kept`;
  if (state === "offline") return `Offline: ${changes}`;
  if (state === "login") return `Log in again: ${changes}`;
  if (state === "clash" || state === "refused") return `Clash: ${changes}`;
  if (state === "moved") return "Published meanwhile: load the page again";
  return state === "saving" ? "Saving…" : "Saved";
}

function label(ident: string, deed: string, what: string | undefined, nothing: string): void {
  const button = document.getElementById(ident) as HTMLButtonElement | null;
  if (!button) return;
  const words = what === undefined ? nothing : `${deed}: ${what}`;
  button.disabled = what === undefined;
  button.title = words;
  button.setAttribute("aria-label", words);
}

/** An edit beside the canvas changes the canvas by its operations; the tab's markup stays as it is. */
function keepCanvas(event: Event): void {
  const { detail } = event as CustomEvent<{ target: Element; swapOverride?: string }>;
  if (detail.target.id === "design-tab" && detail.target.querySelector("cs-graph-canvas.is-ready")) {
    detail.swapOverride = "none";
  }
}

/** Whether a proxy answered for a server that is not there. */
function isGone(event: Event): boolean {
  const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
  return [502, 503, 504].includes(xhr.status);
}

/** What is sent while earlier forms are still kept waits behind them: in order, and as the page showed it. */
function queueForm(draft: Draft, event: Event): void {
  if (!draft.hasPosts || !keepForm(draft, event)) return;
  event.preventDefault();
  if (navigator.onLine) void draft.flush();
}

/** A form of a tab that found no server is kept and sent later. */
function keepForm(draft: Draft, event: Event): boolean {
  const { elt, requestConfig } = (event as CustomEvent<{ elt: Element; requestConfig: { formData: FormData } }>).detail;
  const form = elt.closest("form");
  const url = form?.getAttribute("hx-post") ?? "";
  if (!form || !/\/design\/edit\/$/.test(url)) return false;
  const body = new URLSearchParams();
  // As it was sent: the button that was pressed belongs to it.
  for (const [name, value] of requestConfig.formData) if (typeof value === "string") body.append(name, value);
  // The same pressed again is meant again; only the first may have reached the server all the same.
  if (draft.kept > 0) body.set("id", crypto.randomUUID());
  draft.keepPost(crypto.randomUUID(), url, body.toString(), nameOf(form));
  takeAsSent(form);
  return true;
}

/** Which form of the page it is, by what it says besides what is filled in; one without anything to fill in is each time another. */
function nameOf(form: HTMLFormElement): string | undefined {
  const fields = [...form.elements].filter((one) => one instanceof HTMLInputElement || one instanceof HTMLSelectElement || one instanceof HTMLTextAreaElement);
  const hidden = fields.filter((one) => one.type === "hidden");
  if (hidden.length === fields.length || form.matches("[data-drop]")) return undefined;
  return JSON.stringify(hidden.map((one) => [one.name, one.value]));
}
