import type { JsonObject, StepKind } from "../../lib/draft/model";

/** What the server says in words about a step; the canvas knows no people and reads no rules. */
export interface StepWords {
  /** Who is asked, in a few words. */
  readonly asked: string;
  /** The swim lane: whose step it is. */
  readonly lane: string;
  /** The time limit, empty for none. */
  readonly time: string;
}

export interface Words {
  readonly steps: Readonly<Record<string, StepWords>>;
  /** The condition of a way as a sentence. */
  readonly ways: Readonly<Record<string, string>>;
}

export interface Problem {
  readonly place: string;
  readonly level: "blocks" | "warns";
  readonly message: string;
}

/** Something that can be put onto the canvas. `parts` are what the new step has besides key, name and kind. */
export interface PaletteItem {
  readonly id: string;
  readonly name: string;
  readonly about: string;
  /** "way" connects two steps that are there. */
  readonly kind: StepKind | "way";
  readonly icon: string;
  readonly parts?: JsonObject;
}

export interface PaletteGroup {
  readonly label: string;
  readonly tab: "steps" | "library" | "control";
  readonly items: readonly PaletteItem[];
}

/** Figures painted on steps and ways: bottlenecks of a period, or what the cases go through. */
export interface Overlay {
  readonly nodes: Readonly<Record<string, OverlayMark>>;
  readonly edges: Readonly<Record<string, OverlayMark>>;
}

export interface OverlayMark {
  readonly label: string;
  readonly tone: "good" | "warn" | "bad" | "quiet";
  /** Between 0 and 1: how much of it there is. */
  readonly value: number;
}

export interface OverlaySource {
  readonly key: string;
  readonly label: string;
  readonly url: string;
}

/** What the Graph tab writes beside the canvas. */
export interface CanvasState {
  readonly words: Words;
  readonly problems: readonly Problem[];
  readonly palette: readonly PaletteGroup[];
  readonly overlays: readonly OverlaySource[];
  /** GET: words and problems of what is saved by now, and the strip of problems as markup. */
  readonly words_url: string;
  /** GET ?place=: the settings of a step or way as a fragment; empty while there is none. */
  readonly item_url: string;
  readonly icons_url: string;
}
