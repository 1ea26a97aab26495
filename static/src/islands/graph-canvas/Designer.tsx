import { ReactFlowProvider, useReactFlow } from "@xyflow/react";
import { type KeyboardEvent as KeyPress, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";

import { type Actions, ActionsOf } from "./actions";
import type { Board, BoardStore, Spot } from "./board";
import { Canvas } from "./Canvas";
import { Commands } from "./commands";
import { Empty } from "./Empty";
import { Help } from "./Help";
import { Icon, Sprite } from "./Icon";
import { layOut, layOutInLanes } from "./layout";
import { Palette } from "./Palette";
import { ConnectPicker, StepPicker } from "./Pickers";
import { SelectionBar } from "./SelectionBar";
import type { SettingsPanel } from "./settings";
import type { Direction, Size } from "./sizes";
import type { CanvasState, PaletteItem } from "./state";
import { Toolbar } from "./Toolbar";
import { useFocus } from "./useFocus";
import { useOverlay } from "./useOverlay";

/** Steps are placed by their centres. */
const CENTRE: [number, number] = [0.5, 0.5];
/** Below this width of the desk, in pixels, steps stand below each other. */
const NARROW = 640;

interface DesignerProps {
  readonly store: BoardStore;
  readonly state: CanvasState;
  readonly settings: SettingsPanel;
}

export function Designer(props: DesignerProps) {
  return (
    <Sprite value={props.state.icons_url}>
      <ReactFlowProvider nodeOrigin={CENTRE}>
        <Inside {...props} />
      </ReactFlowProvider>
    </Sprite>
  );
}

/** Palette, canvas and what lies over it; keys are read here, whatever in it has the focus. */
function Inside({ store, state, settings }: DesignerProps) {
  const board = useSyncExternalStore(store.subscribe, store.get);
  const frame = useRef<HTMLDivElement>(null);
  const flow = useReactFlow();
  const { direction, size } = useMeasure(frame);
  const [hasPalette, setPalette] = useState(() => window.innerWidth >= 1100);
  const [overlay, setOverlay] = useOverlay(store, state.overlays);
  const placed = usePlaced(board, direction);
  const items = useMemo(() => new Map(state.palette.flatMap((group) => group.items).map((item) => [item.id, item])), [state.palette]);
  const commands = new Commands({ store, flow, placed, direction, settings, frame, showPalette: () => setPalette(true) });
  const run = useRef(commands);
  run.current = commands;
  const press = (event: KeyboardEvent): void => {
    if (commands.key(event)) event.preventDefault();
  };
  const keep = useFocus(frame, board, store, flow, placed, press);
  useEffect(() => settings.follow(store), [settings, store]);

  const actions = useActionsOf(store, run);
  const add = useCallback((item: PaletteItem, spot: Spot) => store.add(item, spot), [store]);
  const onKey = (event: KeyPress): void => {
    if (!isTyping(event.target)) press(event.nativeEvent);
  };
  return (
    <ActionsOf value={actions}>
      <div className={`cs-flow-desk${hasPalette ? " has-palette" : ""}`} ref={frame} onKeyDown={onKey} {...keep}>
        {hasPalette && <Palette groups={state.palette} onPick={(item) => add(item, commands.spot())} onClose={() => setPalette(false)} />}
        <div className={`cs-flow-canvas is-${direction}`}>
          {size && (
            <Canvas
              store={store}
              board={board}
              placed={placed}
              direction={direction}
              size={size}
              itemOf={(id) => items.get(id)}
              onPaneClick={() => commands.focusStep()}
            />
          )}
          {board.graph.steps.length === 0 && <Empty store={store} items={[...items.values()]} />}
          <SelectionBar store={store} board={board} commands={commands} />
          <Toolbar
            hasPalette={hasPalette}
            inLanes={board.inLanes}
            overlays={state.overlays}
            overlay={overlay}
            canTidy={direction === "right" && !board.inLanes}
            onPalette={() => setPalette(true)}
            onLanes={() => commands.do("lanes")}
            onTidy={() => store.tidy()}
            onHelp={() => store.set({ help: true })}
            onOverlay={setOverlay}
          />
          <ToastLine store={store} board={board} />
        </div>
        {board.picker?.kind === "step" && (
          <StepPicker groups={state.palette} picker={board.picker} onChoose={(item) => pickedIn(store, item)} onClose={() => commands.closePicker()} />
        )}
        {board.picker?.kind === "connect" && (
          <ConnectPicker graph={board.graph} from={board.picker.from} onChoose={(to) => commands.connectTo(to)} onClose={() => commands.closePicker()} />
        )}
        {board.help && <Help onClose={() => store.set({ help: false })} />}
      </div>
    </ActionsOf>
  );
}

function pickedIn(store: BoardStore, item: PaletteItem): void {
  const { picker } = store.get();
  if (picker?.kind === "step") store.add(item, picker.spot);
}

function ToastLine({ store, board }: { store: BoardStore; board: Board }) {
  if (!board.toast) return null;
  return (
    <div className="cs-flow-canvas-toast">
      <span>{board.toast.text}</span>
      {board.toast.canUndo && (
        <button
          type="button"
          className="btn"
          onClick={() => {
            store.undo();
            store.set({ toast: undefined });
          }}
        >
          <Icon icon="arrow-back-up" />
          Undo
        </button>
      )}
    </div>
  );
}

function useActionsOf(store: BoardStore, run: { readonly current: Commands }): Actions {
  return useMemo(
    () => ({
      pick: (spot) => store.set({ picker: { kind: "step", spot } }),
      connectFrom: (from) => store.set({ picker: { kind: "connect", from } }),
      rename: (kind, key) => store.rename(kind, key),
      named: (name) => {
        store.named(name);
        run.current.focusStep();
      },
      cancelNaming: () => {
        store.cancelNaming();
        run.current.focusStep();
      },
      chooseWay: (key) => store.choose([], [key]),
      remove: () => store.remove(),
      openSettings: () => run.current.do("settings"),
    }),
    [store, run],
  );
}

/** The layout is made again only where it could come out differently: names and settings leave it alone. */
function usePlaced(board: Board, direction: Direction) {
  const { graph, inLanes, words } = board;
  const shape = JSON.stringify([
    graph.steps.map((step) => [step.key, step.kind, step.position ?? null]),
    graph.transitions.map((way) => [way.key, way.from, way.to, way.return ?? false, Boolean(way.name || way.condition)]),
    inLanes ? graph.steps.map((step) => words.steps[step.key]?.lane ?? "") : null,
  ]);
  return useMemo(
    () => (inLanes ? layOutInLanes(graph, (key) => words.steps[key]?.lane ?? "") : layOut(graph, direction)),
    [shape, direction, inLanes],
  );
}

/**
 * To the right on wide canvases, down on narrow ones; and how large the canvas is at first. It is drawn once that is known, so
 * that nothing moves away from who points at it.
 */
function useMeasure(frame: { readonly current: HTMLElement | null }): { readonly direction: Direction; readonly size: Size | undefined } {
  const [direction, setDirection] = useState<Direction>("right");
  const [size, setSize] = useState<Size>();
  useLayoutEffect(() => {
    const canvas = frame.current?.querySelector(".cs-flow-canvas");
    if (!frame.current || !canvas) return undefined;
    const turn = (width: number): void => setDirection(width < NARROW ? "down" : "right");
    turn(frame.current.clientWidth);
    setSize({ width: canvas.clientWidth, height: canvas.clientHeight });
    const watch = new ResizeObserver(([entry]) => {
      if (entry) turn(entry.contentRect.width);
    });
    watch.observe(frame.current);
    return () => watch.disconnect();
  }, [frame]);
  return { direction, size };
}

function isTyping(target: EventTarget): boolean {
  return target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
}
