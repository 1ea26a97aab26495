import type { Board, BoardStore } from "./board";
import type { Commands } from "./commands";
import { Tool } from "./Toolbar";

interface SelectionBarProps {
  readonly store: BoardStore;
  readonly board: Board;
  readonly commands: Commands;
}

/** What can be done with what is chosen. */
export function SelectionBar({ store, board, commands }: SelectionBarProps) {
  const { steps, ways, naming } = board;
  if (naming || steps.size + ways.size === 0) return null;
  const [only] = steps.size === 1 ? [...steps] : [];
  const [way] = steps.size === 0 && ways.size === 1 ? [...ways] : [];
  const canGoOn = only !== undefined && store.step(only)?.kind !== "end";
  const words = only
    ? (store.step(only)?.name ?? "")
    : way
      ? `To ${store.step(store.way(way)?.to ?? "")?.name ?? ""}`
      : `${steps.size + ways.size} chosen`;
  return (
    <div className="cs-selection-bar" role="toolbar" aria-label={`What can be done with ${words}`}>
      <span className="cs-selection-name">{words}</span>
      {canGoOn && <Tool icon="plus" label="Add a step after it (A)" onPress={() => commands.do("add")} />}
      {canGoOn && <Tool icon="arrow-right" label="Connect to… (C)" text="Connect to…" onPress={() => commands.do("connect")} />}
      {way && !store.way(way)?.return && <Tool icon="plus" label="Insert a step (A)" onPress={() => commands.do("add")} />}
      {(only || way) && <Tool icon="pencil" label="Rename (F2)" onPress={() => commands.do("rename")} />}
      {steps.size > 0 && <Tool icon="copy" label="Duplicate (Ctrl+D)" onPress={() => commands.do("duplicate")} />}
      {(only || way) && <Tool icon="settings" label="Settings (Enter)" onPress={() => commands.do("settings")} />}
      <Tool icon="trash" label="Delete (Del)" onPress={() => commands.do("remove")} />
    </div>
  );
}
// For the sprite: icon="arrow-right" icon="pencil" icon="copy" icon="settings" icon="trash"
