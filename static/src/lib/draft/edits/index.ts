import type { Edit, JsonObject } from "../model";
import { type EditFunction, type Params, refuse } from "./base";
import { CLIP_EDITS } from "./clip";
import { STEP_EDITS } from "./steps";
import { WAY_EDITS } from "./ways";

export { EditRefused } from "./base";

/** The edits of the canvas by name; each says the same as its twin in `workflows/drafting/edits`. */
export const EDITS: Readonly<Record<string, EditFunction>> = {
  ...STEP_EDITS,
  ...WAY_EDITS,
  ...CLIP_EDITS,
};

/** The changes that the edit means in the document. Throws EditRefused. */
export function edited(document: JsonObject, name: string, params: Params): Edit {
  const make = EDITS[name];
  return make ? make(document, params) : refuse("edit", "There is no such edit.");
}
