import "@xyflow/react/dist/base.css";
import "./canvas.css";
import "./ways.css";
import "./panels.css";

import htmx from "htmx.org";
import { createRoot, type Root } from "react-dom/client";

import { pageDraft } from "../../lib/draft/page";
import { stateOf } from "../../lib/islands";
import { BoardStore } from "./board";
import { Designer } from "./Designer";
import { SettingsPanel } from "./settings";
import type { CanvasState, Problem, Words } from "./state";

/** The canvas of the Graph tab. Without script the server's drawing stands in its place. */
export default class GraphCanvas extends HTMLElement {
  private root: Root | undefined;
  private store: BoardStore | undefined;
  private words = "";
  private readonly onSaved = (): void => void this.reword();
  private readonly onPlace = (event: Event): void => this.goTo(event);

  connectedCallback(): void {
    if (this.root) return;
    void this.start();
  }

  disconnectedCallback(): void {
    document.body.removeEventListener("draft:saved", this.onSaved);
    document.removeEventListener("click", this.onPlace);
    this.root?.unmount();
    this.root = undefined;
  }

  private async start(): Promise<void> {
    const state = stateOf<CanvasState>(this);
    const draft = await pageDraft();
    if (!draft || !this.isConnected) return;
    this.words = state.words_url;
    const store = new BoardStore(draft, state.words, state.problems);
    this.store = store;
    const panel = document.querySelector<HTMLElement>("[data-settings-panel]");
    const settings = new SettingsPanel(panel, state.item_url);
    const holder = document.createElement("div");
    holder.className = "cs-flow-root";
    this.replaceChildren(holder);
    this.classList.add("is-ready");
    this.root = createRoot(holder);
    this.root.render(<Designer store={store} state={state} settings={settings} />);
    document.body.addEventListener("draft:saved", this.onSaved);
    document.addEventListener("click", this.onPlace);
    const wanted = new URLSearchParams(window.location.search).get("place");
    if (wanted) store.choosePlace(wanted);
  }

  /** What is said about the steps in words, and what is wrong, is the server's: asked for again after each save. */
  private async reword(): Promise<void> {
    const answer = await fetch(this.words, { headers: { Accept: "application/json" } }).catch(() => undefined);
    if (!answer?.ok) return;
    const { words, problems, strip } = (await answer.json()) as { words: Words; problems: Problem[]; strip: string };
    this.store?.set({ words, problems });
    if (document.getElementById("design-problems")) htmx.swap("#design-problems", strip, { swapStyle: "outerHTML", swapDelay: 0, settleDelay: 0 });
  }

  /** A link to a place of the graph, for example in the list of problems, chooses it here. */
  private goTo(event: Event): void {
    const link = (event.target as Element).closest<HTMLElement>("a[data-place]");
    const place = link?.dataset.place;
    if (!place || !this.store?.choosePlace(place)) return;
    event.preventDefault();
    this.querySelector<HTMLElement>('[data-step][tabindex="0"]')?.focus();
  }
}
