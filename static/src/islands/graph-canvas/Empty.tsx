import type { BoardStore } from "./board";
import { Icon } from "./Icon";
import type { PaletteItem } from "./state";

/** A blank canvas says how to begin. */
export function Empty({ store, items }: { store: BoardStore; items: readonly PaletteItem[] }) {
  const start = items.find((item) => item.kind === "start");
  return (
    <div className="cs-flow-canvas-empty">
      <Icon icon="route" />
      <h2>Draw how a request moves</h2>
      <p>Begin with the step at which it is made. Then add who looks at it, and how it ends.</p>
      {start && (
        <button type="button" className="btn btn-primary" onClick={() => store.add(start, {})}>
          <Icon icon="player-play" />
          Add the start
        </button>
      )}
      <p className="cs-small cs-faint">
        Or drag a step from the list. Press <kbd>?</kbd> for all keys.
      </p>
    </div>
  );
}
