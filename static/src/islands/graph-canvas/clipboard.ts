import { type Clip, clipOf } from "../../lib/draft/edits/clip";
import type { JsonObject } from "../../lib/draft/model";

const KEPT = "countersign:copied-steps";

/** Keep the chosen steps in the browser, so that another tab and another workflow can paste them. */
export function copy(document: JsonObject, chosen: ReadonlySet<string>): void {
  if (chosen.size > 0) localStorage.setItem(KEPT, JSON.stringify(clipOf(document, [...chosen])));
}

/** What was copied last; undefined for nothing. */
export function copied(): Clip | undefined {
  const text = localStorage.getItem(KEPT);
  return text ? (JSON.parse(text) as Clip) : undefined;
}
