import type { ReactFlowInstance } from "@xyflow/react";
import { type FocusEvent, useEffect, useRef } from "react";

import type { Board, BoardStore } from "./board";
import type { StepNode, WayEdge } from "./elements";
import type { Placed } from "./layout";
import { within } from "./motion";
import { sizeOf } from "./sizes";

type Frame = { readonly current: HTMLElement | null };
type Flow = Pick<ReactFlowInstance<StepNode, WayEdge>, "getZoom" | "setCenter" | "flowToScreenPosition">;

/**
 * The step with the keyboard is the chosen one, and is always in sight. Where what has the keyboard is taken away (a step, the
 * box of a name, a list), the current step has it, and a key that is pressed meanwhile is not lost: `press` gets it.
 */
export function useFocus(frame: Frame, board: Board, store: BoardStore, flow: Flow, placed: Placed, press: (event: KeyboardEvent) => void) {
  const { current, graph } = board;
  const last = useRef<Element>(null);
  const isLost = (): boolean => last.current?.isConnected === false && document.activeElement === document.body;
  useEffect(() => {
    const wait = requestAnimationFrame(() => {
      if (isLost()) frame.current?.querySelector<HTMLElement>(`[data-step="${CSS.escape(current)}"]`)?.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(wait);
  }, [graph, current, frame]);
  const pressed = useRef(press);
  pressed.current = press;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!event.defaultPrevented && isLost()) pressed.current(event);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  useEffect(() => {
    const centre = placed.centres.get(current);
    const canvas = frame.current?.querySelector(".cs-flow-canvas")?.getBoundingClientRect();
    const step = store.step(current);
    if (!centre || !canvas || !step || !frame.current?.contains(document.activeElement)) return;
    const { width, height } = sizeOf(step.kind);
    const zoom = flow.getZoom();
    const { x, y } = flow.flowToScreenPosition(centre);
    const [halfWidth, halfHeight] = [(width / 2) * zoom, (height / 2) * zoom + 40];
    const isSeen =
      x - halfWidth > canvas.left && x + halfWidth < canvas.right && y - halfHeight > canvas.top && y + halfHeight < canvas.bottom;
    if (!isSeen) void flow.setCenter(centre.x, centre.y, { zoom, ...within(150) });
  }, [current, placed, flow, frame, store]);

  return {
    onFocus: ({ target }: FocusEvent): void => {
      last.current = target;
      const key = target.getAttribute("data-step");
      const { steps, ways } = store.get();
      if (key && !steps.has(key) && target.matches(":focus-visible") && ways.size === 0) store.choose([key]);
    },
  };
}
