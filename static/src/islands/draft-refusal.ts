import htmx, { type HtmxSwapSpecification } from "htmx.org";

import type { Refusal } from "../lib/draft/draft";
import { announce } from "../lib/live";

/**
 * Shows what the server said to something that was sent later than it was made. What comes back as a page stands where it
 * would if it were sent now; settings of the canvas come up in their panel (`graph-canvas/settings.ts`). Of anything else
 * a notice says what happened and what was lost, to be copied.
 */
export function showRefusal(refusal: Refusal): void {
  announce(refusal.message);
  const { page, isClash, panel } = refusal;
  const target = document.getElementById("design-tab");
  if (!target) return;
  const hasCanvas = target.querySelector("cs-graph-canvas") !== null;
  if (page !== undefined && panel && hasCanvas) return;
  const [open, tab] = [new URLSearchParams(window.location.search).get("tab") ?? "graph", panel ? "graph" : refusal.tab];
  // What clashes is still kept, and comes up once more there.
  if (isClash && open !== tab) window.location.assign(`?tab=${tab ?? ""}`);
  else if (page !== undefined && open === tab && !hasCanvas) htmx.swap(target, page, { swapStyle: "innerHTML" } as HtmxSwapSpecification);
  else target.prepend(noticeOf(refusal));
}

function noticeOf({ message, lost }: Refusal): HTMLElement {
  const notice = made("section", "cs-notice cs-notice-bad cs-lost");
  notice.setAttribute("role", "alert");
  const words = made("div", "cs-stack-s");
  words.append(made("p", "cs-strong mb-0", message));
  if (lost.length > 0) words.append(made("p", "mb-0", "It is not in the draft. This is what it was:"), made("pre", "cs-lost-text", lost.join("\n")));
  const button = made("button", "btn", "Dismiss");
  button.setAttribute("type", "button");
  button.addEventListener("click", () => notice.remove());
  const line = made("div", "cs-line");
  line.append(button);
  words.append(line);
  notice.append(words);
  return notice;
}

function made(tag: string, css: string, text = ""): HTMLElement {
  const element = document.createElement(tag);
  element.className = css;
  element.textContent = text;
  return element;
}
