import type { ReactFlowInstance } from "@xyflow/react";

import { announce } from "../../lib/live";
import type { BoardStore, Spot } from "./board";
import { copied, copy } from "./clipboard";
import { type Arrow, commandOf, neighbourOf, nextWay } from "./keys";
import type { Placed } from "./layout";
import { whole, within } from "./motion";
import type { SettingsPanel } from "./settings";
import { type Direction, GRID, snapped } from "./sizes";
import type { StepNode, WayEdge } from "./elements";

interface Surroundings {
  readonly store: BoardStore;
  readonly flow: Pick<ReactFlowInstance<StepNode, WayEdge>, "zoomIn" | "zoomOut" | "zoomTo" | "fitView">;
  readonly placed: Placed;
  readonly direction: Direction;
  readonly settings: SettingsPanel;
  readonly frame: { readonly current: HTMLElement | null };
  readonly showPalette: () => void;
}

const OFFSETS: Readonly<Record<Arrow, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Everything the keys and the buttons around the canvas do. */
export class Commands {
  constructor(private readonly at: Surroundings) {}

  /** Do what the key means; false for a key that means nothing here. */
  key(event: KeyboardEvent): boolean {
    const command = commandOf(event);
    if (command === undefined) return false;
    // A pressed button does what the button says.
    if ((command === "settings") && !(event.target as Element).closest("[data-step]")) return false;
    if (isArrowCommand(command)) this.arrow(command, event.key as Arrow);
    else this.do(command);
    return true;
  }

  do(command: string): void {
    const { store, flow } = this.at;
    const board = store.get();
    const deeds: Readonly<Record<string, () => void>> = {
      add: () => store.set({ picker: { kind: "step", spot: this.spot() } }),
      back: () => this.back(),
      chooseAll: () => store.chooseAll(),
      connect: () => store.askWhereTo(board.current || undefined),
      copy: () => this.copy(),
      cut: () => {
        this.copy();
        store.remove();
      },
      duplicate: () => {
        store.duplicate();
        this.focusStep();
      },
      help: () => store.set({ help: true }),
      lanes: () => this.turnLanes(),
      nextWay: () => this.nextWay(),
      paste: () => this.paste(),
      realSize: () => void flow.zoomTo(1, within(120)),
      redo: () => store.redo(),
      remove: () => {
        store.remove();
        this.focusStep();
      },
      rename: () => {
        const [way] = board.ways;
        if (way) store.rename("way", way);
        else store.rename("step", board.current);
      },
      search: () => this.search(),
      settings: () => void this.at.settings.open(),
      showAll: () => void flow.fitView(whole()),
      tidy: () => store.tidy(),
      undo: () => store.undo(),
      zoomIn: () => void flow.zoomIn(within(120)),
      zoomOut: () => void flow.zoomOut(within(120)),
    };
    deeds[command]?.();
  }

  /** Where something new belongs: onto the chosen way, behind the chosen step, else nowhere in particular. */
  spot(): Spot {
    const { ways, steps, current } = this.at.store.get();
    const [way] = ways;
    if (way && !this.at.store.way(way)?.return) return { way };
    const from = steps.size === 1 ? [...steps][0] : steps.size === 0 ? undefined : current;
    return from && this.at.store.step(from)?.kind !== "end" ? { from } : {};
  }

  closePicker(): void {
    this.at.store.set({ picker: undefined });
    this.focusStep();
  }

  connectTo(to: string): void {
    const { picker } = this.at.store.get();
    if (picker?.kind === "connect") this.at.store.connect(picker.from, to);
    this.focusStep();
  }

  /** Give the keyboard back to the current step, once it is drawn, unless a key has opened something else meanwhile. */
  focusStep(): void {
    requestAnimationFrame(() => {
      const { current, naming, picker, help } = this.at.store.get();
      if (naming || picker || help) return;
      const face = this.at.frame.current?.querySelector<HTMLElement>(`[data-step="${CSS.escape(current)}"]`);
      face?.focus({ preventScroll: true });
    });
  }

  private arrow(command: "go" | "extend" | "place", arrow: Arrow): void {
    const { store, placed, direction } = this.at;
    const { graph, current, steps } = store.get();
    if (command === "place") return this.place(arrow);
    const next = neighbourOf(graph, placed.centres, current, arrow, direction);
    if (!next) return;
    if (command === "extend") store.set({ steps: new Set([...steps, current, next]), current: next });
    else store.choose([next]);
    this.focusStep();
  }

  private place(arrow: Arrow): void {
    const { store, placed, direction } = this.at;
    if (direction === "down" || store.get().inLanes) return;
    const [x, y] = OFFSETS[arrow];
    const { steps, current } = store.get();
    const keys = steps.size > 0 ? [...steps] : [current];
    const moves = keys.flatMap((step) => {
      const centre = placed.centres.get(step);
      return centre ? [{ step, x: centre.x + x * GRID, y: centre.y + y * GRID }] : [];
    });
    store.place(snapped(moves));
  }

  private back(): void {
    const { store } = this.at;
    const board = store.get();
    if (board.toast) store.set({ toast: undefined });
    if (board.steps.size + board.ways.size > 0) store.choose([]);
  }

  private copy(): void {
    const { store } = this.at;
    const { steps } = store.get();
    copy(store.draft.document, steps);
    if (steps.size > 0) announce(steps.size === 1 ? "Step copied" : `${steps.size} steps copied`);
  }

  private paste(): void {
    const what = copied();
    if (what) this.at.store.paste(what);
    else this.at.store.say("Nothing is copied yet");
    this.focusStep();
  }

  private nextWay(): void {
    const { store } = this.at;
    const { graph, current, ways } = store.get();
    const key = nextWay(graph, current, ways);
    if (!key) return store.say("No way leads out of this step");
    store.choose([], [key]);
    const way = store.way(key);
    announce(`Way ${way?.name ?? ""} to ${store.step(way?.to ?? "")?.name ?? ""}`);
  }

  private search(): void {
    this.at.showPalette();
    requestAnimationFrame(() => this.at.frame.current?.querySelector<HTMLInputElement>("[data-palette-search]")?.focus());
  }

  private turnLanes(): void {
    const { store, flow } = this.at;
    store.set({ inLanes: !store.get().inLanes });
    requestAnimationFrame(() => void flow.fitView(whole()));
  }
}

function isArrowCommand(command: string): command is "go" | "extend" | "place" {
  return command === "go" || command === "extend" || command === "place";
}
