import type { Draft, Refusal } from "../../lib/draft/draft";
import { EditRefused, edited } from "../../lib/draft/edits";
import type { Params } from "../../lib/draft/edits/base";
import type { Clip } from "../../lib/draft/edits/clip";
import { apply } from "../../lib/draft/changes";
import type { Edit, Graph, JsonObject, Step, StepKind, Transition } from "../../lib/draft/model";
import { placeOf, read } from "../../lib/draft/places";
import { announce } from "../../lib/live";
import type { Overlay, PaletteItem, Problem, Words } from "./state";
import type { Point } from "./sizes";

/** Where a new step goes: behind a step, onto a way, or to a place of the canvas. */
export interface Spot {
  readonly from?: string;
  readonly way?: string;
  readonly at?: Point;
}

/** A step that is not kept yet, while its name is being typed. */
interface Addition {
  readonly edit: "step.add" | "step.insert";
  readonly params: Params;
  readonly parts: JsonObject | undefined;
  readonly key: string;
}

export type Naming = { readonly kind: "new"; readonly addition: Addition } | { readonly kind: "step" | "way"; readonly key: string };

export type Picker =
  | { readonly kind: "step"; readonly spot: Spot }
  | { readonly kind: "connect"; readonly from: string };

export interface Toast {
  readonly text: string;
  readonly canUndo: boolean;
}

/** What the canvas shows. Never changed, only replaced. */
export interface Board {
  readonly graph: Graph;
  readonly steps: ReadonlySet<string>;
  readonly ways: ReadonlySet<string>;
  /** The step that has the keyboard. */
  readonly current: string;
  readonly naming: Naming | undefined;
  readonly picker: Picker | undefined;
  readonly toast: Toast | undefined;
  readonly help: boolean;
  readonly inLanes: boolean;
  readonly words: Words;
  readonly problems: readonly Problem[];
  readonly overlay: Overlay | undefined;
}

const NONE: ReadonlySet<string> = new Set();

/** The canvas without its picture: what is shown and chosen, and everything that can be done with it. */
export class BoardStore {
  private board: Board;
  private readonly listeners = new Set<() => void>();
  private isBusy = false;
  private toastTimer: number | undefined;

  constructor(
    readonly draft: Draft,
    words: Words,
    problems: readonly Problem[],
  ) {
    const { graph } = draft.document;
    this.board = {
      graph, words, problems, steps: NONE, ways: NONE, current: graph.steps[0]?.key ?? "", naming: undefined, picker: undefined,
      toast: undefined, help: false, inLanes: false, overlay: undefined,
    };
    draft.addEventListener("change", () => this.refresh());
    draft.addEventListener("refused", (event) => this.say((event as CustomEvent<Refusal>).detail.message));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly get = (): Board => this.board;

  set(patch: Partial<Board>): void {
    this.board = { ...this.board, ...patch };
    if (!this.isBusy) for (const listener of this.listeners) listener();
  }

  /** Several changes of which only the outcome is told. */
  private atOnce(what: () => void): void {
    this.isBusy = true;
    try {
      what();
    } finally {
      this.isBusy = false;
      this.set({});
    }
  }

  step(key: string): Step | undefined {
    return this.board.graph.steps.find((step) => step.key === key);
  }

  way(key: string): Transition | undefined {
    return this.board.graph.transitions.find((way) => way.key === key);
  }

  // --- choosing ---

  choose(steps: Iterable<string>, ways: Iterable<string> = []): void {
    const [some, others] = [new Set(steps), new Set(ways)];
    const [only] = some.size === 1 ? [...some] : [];
    this.set({ steps: some, ways: others, ...(only ? { current: only } : {}) });
  }

  chooseAll(): void {
    this.choose(this.board.graph.steps.map((step) => step.key));
  }

  /** Make the place of the draft the chosen one; false where it is no part of the graph. */
  choosePlace(place: string): boolean {
    const [, list, key = ""] = place.split("/");
    if (list === "steps" && this.step(key)) this.choose([key]);
    else if (list === "transitions" && this.way(key)) this.choose([], [key]);
    else return false;
    return true;
  }

  // --- editing ---

  /** Do an edit; what cannot be done is said. */
  edit(name: string, params: Params): boolean {
    return this.attempt(() => this.draft.edit(edited(this.draft.document, name, params)));
  }

  /** Show a new step and ask for its name; it is kept when the name is. */
  add(item: Pick<PaletteItem, "name" | "kind" | "parts">, spot: Spot): void {
    if (item.kind === "way") return this.askWhereTo(spot.from);
    const at = spot.at ? { x: spot.at.x, y: spot.at.y } : {};
    const place: Params = spot.way ? { transition: spot.way } : spot.from ? { from: spot.from, after: spot.from } : {};
    const params = { name: item.name, kind: item.kind, ...place, ...at };
    const kind = spot.way ? "step.insert" : "step.add";
    this.attempt(() => {
      const edit = stamped(edited(this.draft.document, kind, params), item.parts);
      const made = edit.changes.find((one) => one.before === undefined && one.place.startsWith("graph/steps/"));
      const key = made?.place.split("/").at(-1) ?? "";
      const addition: Addition = { edit: kind, params, parts: item.parts, key };
      this.set({ naming: { kind: "new", addition }, picker: undefined, steps: new Set([key]), ways: NONE });
      this.refresh();
    });
  }

  /** Open the list of steps that a way from the step may lead to. */
  askWhereTo(from: string | undefined): void {
    const step = from === undefined ? undefined : this.step(from);
    if (!step) return this.say("Choose the step first that the way leads from");
    if (step.kind === "end") return this.say("A request is over at an end. Choose another step.");
    this.set({ picker: { kind: "connect", from: step.key } });
  }

  rename(kind: "step" | "way", key: string): void {
    if (kind === "step" ? this.step(key) : this.way(key)) this.set({ naming: { kind, key } });
  }

  /** Keep what was typed as the name; a new step without one is not added. */
  named(name: string): void {
    const { naming } = this.board;
    if (naming?.kind === "new") return this.atOnce(() => this.keepAddition(naming.addition, name));
    this.set({ naming: undefined });
    if (!naming) return;
    if (naming.kind === "step") {
      if (name && name !== this.step(naming.key)?.name) this.edit("step.rename", { step: naming.key, name });
    } else if (name !== (this.way(naming.key)?.name ?? "")) {
      this.edit("transition.rename", { transition: naming.key, name });
    }
  }

  cancelNaming(): void {
    const { naming } = this.board;
    this.set({ naming: undefined });
    if (naming?.kind !== "new") return;
    this.refresh();
    const from = naming.addition.params.from;
    this.choose(typeof from === "string" ? [from] : []);
  }

  place(positions: readonly { step: string; x?: number; y?: number }[]): void {
    if (positions.length > 0) this.edit("steps.place", { positions: positions.map((one) => ({ ...one })) });
  }

  connect(from: string, to: string): void {
    this.set({ picker: undefined });
    if (this.edit("transition.add", { from, to })) {
      announce(`Connected to ${this.step(to)?.name ?? to}`);
    }
  }

  /** Take out what is chosen; a message offers to take that back. */
  remove(): void {
    const { steps, ways } = this.board;
    if (steps.size > 0) {
      const keys = [...steps];
      const next = this.neighbour(keys);
      if (this.edit("steps.remove", { steps: keys })) {
        this.choose(next ? [next] : []);
        this.say(keys.length === 1 ? "Step deleted" : `${keys.length} steps deleted`, true);
      }
    } else if (ways.size > 0) {
      const done = [...ways].every((key) => this.edit("transition.remove", { transition: key }));
      if (done) this.say(ways.size === 1 ? "Way deleted" : `${ways.size} ways deleted`, ways.size === 1);
      this.choose(this.board.current ? [this.board.current] : []);
    }
  }

  paste(clip: Clip): void {
    this.addAll("steps.paste", { clip });
  }

  duplicate(): void {
    if (this.board.steps.size > 0) this.addAll("steps.duplicate", { steps: [...this.board.steps] });
  }

  private addAll(name: string, params: Params): void {
    const before = new Set(this.board.graph.steps.map((step) => step.key));
    if (!this.edit(name, params)) return;
    const fresh = this.board.graph.steps.filter((step) => !before.has(step.key));
    this.choose(fresh.map((step) => step.key));
    announce(fresh.length === 1 ? "One step added" : `${fresh.length} steps added`);
  }

  /** Give steps back to the automatic layout: the chosen ones, else all of them. */
  tidy(): void {
    const { graph, steps } = this.board;
    const placed = graph.steps.filter((step) => step.position && (steps.size < 2 || steps.has(step.key)));
    if (placed.length === 0) return this.say("Every step is already laid out automatically");
    this.place(placed.map((step) => ({ step: step.key })));
    this.say("Laid out again", true);
  }

  undo(): void {
    const { undo } = this.draft.history;
    if (!undo) return this.say("Nothing to undo");
    this.draft.undo();
    announce(`Undone: ${undo.label}`);
  }

  redo(): void {
    const { redo } = this.draft.history;
    if (!redo) return this.say("Nothing to redo");
    this.draft.redo();
    announce(`Done again: ${redo.label}`);
  }

  say(text: string, canUndo = false): void {
    window.clearTimeout(this.toastTimer);
    this.set({ toast: { text, canUndo } });
    announce(text);
    this.toastTimer = window.setTimeout(() => this.set({ toast: undefined }), 6_000);
  }

  private keepAddition({ edit, params, parts }: Addition, name: string): void {
    this.set({ naming: undefined });
    if (!name) return this.refresh();
    let kept: Edit | undefined;
    this.attempt(() => {
      kept = stamped(edited(this.draft.document, edit, { ...params, name }), parts);
      this.draft.edit(kept);
    });
    this.refresh();
    const key = kept?.changes.find((one) => one.before === undefined && one.place.startsWith("graph/steps/"));
    if (key) this.choose([key.place.split("/").at(-1) ?? ""]);
  }

  private attempt(what: () => void): boolean {
    try {
      what();
      return true;
    } catch (error) {
      if (!(error instanceof EditRefused)) throw error;
      this.say(error.message);
      return false;
    }
  }

  /** The draft as it is by now, with the step whose name is being typed. */
  private refresh(): void {
    let document = this.draft.document;
    const { naming } = this.board;
    if (naming?.kind === "new") {
      const { edit, params, parts } = naming.addition;
      try {
        document = apply(document, stamped(edited(document, edit, params), parts).changes).document;
      } catch (error) {
        if (!(error instanceof EditRefused)) throw error;
        this.set({ naming: undefined });
      }
    }
    const { graph } = document;
    const [steps, ways] = [keysOf(graph.steps), keysOf(graph.transitions)];
    const current = steps.has(this.board.current) ? this.board.current : (graph.steps[0]?.key ?? "");
    this.set({ graph, current, steps: among(this.board.steps, steps), ways: among(this.board.ways, ways) });
  }

  /** The step that has the keyboard when these are gone. */
  private neighbour(gone: readonly string[]): string | undefined {
    const ways = this.board.graph.transitions.filter((way) => gone.includes(way.to) !== gone.includes(way.from));
    const near = ways.map((way) => (gone.includes(way.to) ? way.from : way.to));
    return near[0] ?? this.board.graph.steps.find((step) => !gone.includes(step.key))?.key;
  }
}

/** The edit with further parts for the step that it adds. */
function stamped(edit: Edit, parts: JsonObject | undefined): Edit {
  if (!parts) return edit;
  const changes = edit.changes.map((one) =>
    one.before === undefined && one.place.startsWith("graph/steps/") ? { ...one, after: { ...(one.after as JsonObject), ...parts } } : one,
  );
  return { ...edit, changes };
}

export function isEnd(kind: StepKind): boolean {
  return kind === "end";
}

function keysOf(items: readonly { readonly key: string }[]): Set<string> {
  return new Set(items.map((item) => item.key));
}

function among(chosen: ReadonlySet<string>, known: ReadonlySet<string>): ReadonlySet<string> {
  const left = [...chosen].filter((key) => known.has(key));
  return left.length === chosen.size ? chosen : new Set(left);
}

export { placeOf, read };
