import {
  Background,
  BackgroundVariant,
  type Connection,
  MiniMap,
  type NodeChange,
  ReactFlow,
  SelectionMode,
  type FinalConnectionState,
  useReactFlow,
} from "@xyflow/react";
import { type DragEvent, useCallback, useMemo, useRef, useState } from "react";

import { type BoardStore, type Board, isEnd } from "./board";
import { Elements, type StepNode, type WayEdge } from "./elements";
import { Lanes } from "./Lanes";
import { type Placed } from "./layout";
import { DRAG_TYPE } from "./Palette";
import { backRoutes } from "./routes";
import { type Direction, GRID, type Point, type Size, snapped } from "./sizes";
import type { PaletteItem } from "./state";
import { StepView } from "./StepView";
import { firstView } from "./view";
import { WayView } from "./WayView";

const NODE_TYPES = { step: StepView };
const EDGE_TYPES = { way: WayView };
const SNAP: [number, number] = [GRID, GRID];
const MAP = { width: 152, height: 108 };
/** How far from a step the end of a way can be taken hold of. */
const GRASP = 16;
const STILL: ReadonlyMap<string, Point> = new Map();

interface CanvasProps {
  readonly store: BoardStore;
  readonly board: Board;
  readonly placed: Placed;
  readonly direction: Direction;
  /** How large the canvas is when it is first drawn. */
  readonly size: Size;
  readonly itemOf: (id: string) => PaletteItem | undefined;
  /** Gives the keyboard back to the canvas. */
  readonly onPaneClick: () => void;
}

/** The drawing itself: pan, zoom, choose, drag, connect. What it means is done by the store. */
export function Canvas({ store, board, placed, direction, size, itemOf, onPaneClick }: CanvasProps) {
  const flow = useReactFlow<StepNode, WayEdge>();
  const [dragged, setDragged] = useState(STILL);
  const elements = useRef(new Elements());
  const canMove = direction === "right" && !board.inLanes;
  const back = useMemo(() => backRoutes(board.graph, placed.centres, direction), [board.graph, placed, direction]);
  const lane = Math.max(0, ...[...back.values()].map((one) => one.level));
  const [view] = useState(() => firstView(board.graph.steps, placed.centres, size, direction, lane));
  const scene = { board, placed, back, direction, dragged, canMove };
  const nodes = elements.current.nodesOf(scene);
  const edges = elements.current.edgesOf(scene);

  const onNodesChange = useCallback(
    (changes: NodeChange<StepNode>[]) => {
      const moves = changes.flatMap((one) => (one.type === "position" && one.position && one.dragging ? [{ step: one.id, ...one.position }] : []));
      if (moves.length > 0) setDragged((old) => new Map([...old, ...snapped(moves).map((one) => [one.step, one] as const)]));
      chooseBy(store, changes, "steps");
    },
    [store],
  );
  const onDragStop = (_: unknown, __: unknown, moved: StepNode[]): void => {
    const away = moved.filter((node) => dragged.has(node.id));
    store.place(snapped(away.map((node) => ({ step: node.id, ...node.position }))));
    setDragged(STILL);
  };
  const onConnect = ({ source, target }: Connection): void => store.connect(source, target);
  const onConnectEnd = (event: MouseEvent | TouchEvent, { fromNode, fromHandle, isValid, toNode }: FinalConnectionState): void => {
    if (isValid || toNode || !fromNode || fromHandle?.type !== "source" || !("clientX" in event)) return;
    const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    store.set({ picker: { kind: "step", spot: { from: fromNode.id, ...(canMove ? { at } : {}) } } });
  };
  const onDrop = (event: DragEvent): void => {
    const item = itemOf(event.dataTransfer.getData(DRAG_TYPE));
    if (!item) return;
    event.preventDefault();
    const onto = (event.target as Element).closest<HTMLElement>(".react-flow__node")?.dataset.id;
    const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }, { snapToGrid: true });
    store.add(item, item.kind === "way" ? { ...(onto ? { from: onto } : {}) } : canMove ? { at } : {});
  };
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      edgeTypes={EDGE_TYPES}
      onNodesChange={onNodesChange}
      onPaneClick={onPaneClick}
      onEdgesChange={(changes) => chooseBy(store, changes, "ways")}
      onNodeDragStop={onDragStop}
      onSelectionDragStop={(event, moved) => onDragStop(event, undefined, moved)}
      onNodeDoubleClick={(_, node) => store.rename("step", node.id)}
      onEdgeDoubleClick={(_, edge) => store.rename("way", edge.id)}
      onConnect={onConnect}
      onConnectEnd={onConnectEnd}
      reconnectRadius={GRASP}
      onReconnect={(edge, { source, target }) => store.edit("transition.lead", { transition: edge.id, from: source, to: target })}
      isValidConnection={({ source, target }) => source !== target && !isEnd(store.step(source)?.kind ?? "end")}
      onDragOver={(event) => {
        if (event.dataTransfer.types.includes(DRAG_TYPE)) event.preventDefault();
      }}
      onDrop={onDrop}
      snapToGrid
      snapGrid={SNAP}
      defaultViewport={view}
      minZoom={0.1}
      maxZoom={2}
      panOnScroll
      zoomOnDoubleClick={false}
      selectionMode={SelectionMode.Partial}
      deleteKeyCode={null}
      disableKeyboardA11y
      nodesFocusable={false}
      edgesFocusable={false}
      proOptions={{ hideAttribution: true }}
    >
      <Arrows />
      {board.inLanes ? <Lanes lanes={placed.lanes} /> : <Background variant={BackgroundVariant.Dots} gap={2 * GRID} size={1.5} />}
      {board.graph.steps.length > 0 && <MiniMap<StepNode> pannable zoomable ariaLabel="Small map of the workflow" nodeClassName={(node) => `cs-map-${node.data.step.kind}`} nodeBorderRadius={8} style={MAP} />}
    </ReactFlow>
  );
}

/** Arrow heads for all ways; a marker cannot take the colour of its line everywhere. */
function Arrows() {
  return (
    <svg className="cs-arrows" aria-hidden="true">
      <defs>
        {["cs-arrow", "cs-arrow-chosen"].map((ident) => (
          <marker key={ident} id={ident} viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto">
            <path d="M0,1 L9,5 L0,9 z" />
          </marker>
        ))}
      </defs>
    </svg>
  );
}

type Selectable = { readonly type: string; readonly id?: string; readonly selected?: boolean };

/** What React Flow says was chosen or let go, in the store's words. */
function chooseBy(store: BoardStore, changes: readonly Selectable[], list: "steps" | "ways"): void {
  const turned = changes.filter((one) => one.type === "select" && one.id !== undefined);
  if (turned.length === 0) return;
  const board = store.get();
  const chosen = new Set(board[list]);
  for (const { id = "", selected } of turned) {
    if (selected) chosen.add(id);
    else chosen.delete(id);
  }
  store.choose(list === "steps" ? chosen : board.steps, list === "ways" ? chosen : board.ways);
}
