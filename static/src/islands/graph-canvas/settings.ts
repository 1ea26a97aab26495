import htmx, { type HtmxSwapSpecification } from "htmx.org";

import type { Refusal } from "../../lib/draft/draft";
import { saveTyped, typedForms, wordsOf } from "../../lib/typed";
import type { BoardStore } from "./board";

const WIDTH = "countersign:settings-width";
const CLOSED = "countersign:settings-closed";
const [LEAST, MOST, USUAL] = [280, 640, 328];
const PAUSE = 140;
const RENEW = 500;
const WORKFLOW = "graph";

/**
 * The panel beside the canvas with the settings of what is chosen, made by the server. It can be folded away and
 * remembers its width. Absent where the page has none.
 */
export class SettingsPanel {
  private shown = "";
  /** What is chosen by now, which the server may not know yet. */
  private wanted = "";
  /** What was typed and could not be saved: whoever chooses something else once more leaves it behind. */
  private stuck = "";
  private store: BoardStore | undefined;
  private timer: number | undefined;

  constructor(
    private readonly panel: HTMLElement | null,
    private readonly url: string,
  ) {
    if (!panel || !url) return;
    panel.hidden = false;
    this.fold(localStorage.getItem(CLOSED) === "yes" || window.innerWidth < 992);
    this.resize(Number(localStorage.getItem(WIDTH)) || USUAL);
    panel.querySelector("[data-fold]")?.addEventListener("click", () => this.fold(!this.isFolded));
    panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented) this.leave();
    });
    const edge = panel.querySelector<HTMLElement>('[role="separator"]');
    if (edge) this.listen(edge);
  }

  /** Show the settings of what is chosen, now and whenever that changes. */
  follow(store: BoardStore): () => void {
    const show = (): void => {
      const { steps, ways, naming } = store.get();
      if (naming || steps.size + ways.size > 1) return;
      const [step] = steps;
      const [way] = ways;
      this.show(step ? `graph/steps/${step}` : way ? `graph/transitions/${way}` : WORKFLOW);
    };
    this.store = store;
    show();
    store.draft.addEventListener("revision", () => this.renew());
    store.draft.addEventListener("refused", () => this.bring(store.draft.refusal));
    this.bring(store.draft.refusal);
    return store.subscribe(show);
  }

  /** Unfold the panel and go into it. */
  async open(): Promise<void> {
    if (!this.panel) return;
    this.fold(false);
    await this.load();
    const first = "[data-focus], input:not([type=hidden]), select, textarea, a[href], button";
    this.body?.querySelector<HTMLElement>(first)?.focus();
  }

  /** Settings that were kept and clash, or are refused now: they come up with the reason, and stay until that is settled. */
  private bring(refusal: Refusal | undefined): void {
    const { page, panel } = refusal ?? {};
    if (!this.body || page === undefined || !panel) return;
    window.clearTimeout(this.timer);
    this.shown = panel;
    this.body.dataset.place = panel;
    this.fold(false);
    htmx.swap(this.body, page, { swapStyle: "innerHTML" } as HtmxSwapSpecification);
  }

  private show(place: string): void {
    const isChosen = place !== this.wanted;
    this.wanted = place;
    // The server knows a new step once it is saved.
    if (place === this.shown || (this.store?.draft.kept ?? 0) > 0) return;
    // What the question is about may be gone from the canvas: that nothing is chosen takes it away no more.
    if (this.isRefused && place === WORKFLOW) return;
    if (this.isRefused || typedForms(this.body).length > 0) {
      if (this.stuck !== this.typed) return void this.save();
      if (!isChosen) return;
    }
    this.shown = place;
    this.stuck = "";
    window.clearTimeout(this.timer);
    // Whoever walks over the steps by the arrow keys does not load the settings of each of them.
    if (!this.isFolded) this.timer = window.setTimeout(() => void this.load(), PAUSE);
  }

  /** What was typed is saved before something else is shown; what cannot be saved stays, with the reason and with what can be chosen. */
  private async save(): Promise<void> {
    window.clearTimeout(this.timer);
    const isSaved = await saveTyped(this.body);
    if (!isSaved || this.isRefused) {
      this.stuck = this.typed;
      return;
    }
    this.shown = this.wanted;
    if (this.body) delete this.body.dataset.place;
    if (!this.isFolded) await this.load();
  }

  private async load(): Promise<void> {
    window.clearTimeout(this.timer);
    if (!this.body || !this.shown || this.body.dataset.place === this.shown) return;
    const { body } = this;
    body.dataset.place = this.shown;
    // Who looks at the canvas stays there.
    body.toggleAttribute("data-keep-focus", true);
    const settled = (): number => window.setTimeout(() => body.toggleAttribute("data-keep-focus", false));
    body.addEventListener("htmx:afterSettle", settled, { once: true });
    const address = `${this.url}?place=${encodeURIComponent(this.shown)}`;
    await htmx.ajax("get", address, { target: body, swap: "innerHTML" }).catch(() => {
      // Without a network what is shown stays, and is asked for again with the next choice.
      delete body.dataset.place;
    });
  }

  /** What is shown may have been changed on the canvas, or by somebody else; what is being typed is left alone. */
  private renew(): void {
    if ((this.store?.draft.kept ?? 0) > 0 || this.isRefused || typedForms(this.body).length > 0) return;
    this.shown = this.wanted;
    if (!this.body || this.isFolded || this.panel?.contains(document.activeElement)) return;
    delete this.body.dataset.place;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.load(), RENEW);
  }

  /** Whether a question about what was typed stands there. */
  private get isRefused(): boolean {
    return (this.body?.querySelector("[data-refused]") ?? null) !== null;
  }

  private get typed(): string {
    return JSON.stringify([this.shown, ...typedForms(this.body).map(wordsOf)]);
  }

  private get body(): HTMLElement | null {
    return this.panel?.querySelector<HTMLElement>("#design-settings") ?? null;
  }

  private get isFolded(): boolean {
    return this.panel?.hasAttribute("data-folded") ?? true;
  }

  private fold(isFolded: boolean): void {
    if (!this.panel) return;
    this.panel.toggleAttribute("data-folded", isFolded);
    const button = this.panel.querySelector("[data-fold]");
    button?.setAttribute("aria-expanded", String(!isFolded));
    localStorage.setItem(CLOSED, isFolded ? "yes" : "no");
    if (!isFolded) void this.load();
  }

  private leave(): void {
    const step = document.querySelector<HTMLElement>('[data-step][tabindex="0"]');
    step?.focus();
  }

  private resize(width: number): void {
    const fitting = Math.round(Math.max(LEAST, Math.min(MOST, width)));
    this.panel?.style.setProperty("--settings-width", `${fitting}px`);
    this.panel?.querySelector('[role="separator"]')?.setAttribute("aria-valuenow", String(fitting));
    localStorage.setItem(WIDTH, String(fitting));
  }

  private listen(edge: HTMLElement): void {
    edge.setAttribute("aria-valuemin", String(LEAST));
    edge.setAttribute("aria-valuemax", String(MOST));
    const width = (): number => this.panel?.getBoundingClientRect().width ?? USUAL;
    edge.addEventListener("pointerdown", (event) => {
      edge.setPointerCapture(event.pointerId);
      const [start, wide] = [event.clientX, width()];
      const move = (moved: PointerEvent): void => this.resize(wide + start - moved.clientX);
      edge.addEventListener("pointermove", move);
      edge.addEventListener("lostpointercapture", () => edge.removeEventListener("pointermove", move), { once: true });
    });
    edge.addEventListener("keydown", (event) => {
      const steps: Record<string, number> = { ArrowLeft: 24, ArrowRight: -24 };
      const step = steps[event.key];
      if (step === undefined) return;
      event.preventDefault();
      this.resize(width() + step);
    });
  }
}
