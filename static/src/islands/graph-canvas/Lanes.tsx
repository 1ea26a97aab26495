import { ViewportPortal, useViewport } from "@xyflow/react";

import type { Lane } from "./layout";

const FAR = 100_000;

/** Bands behind the steps, one for each of those who are asked; their names stay at the edge of the canvas. */
export function Lanes({ lanes }: { lanes: readonly Lane[] }) {
  const { x, zoom } = useViewport();
  return (
    <ViewportPortal>
      {lanes.map((lane, row) => (
        <div
          key={lane.label}
          className={`cs-lane${row % 2 ? " is-odd" : ""}`}
          style={{ transform: `translate(${-FAR}px, ${lane.start}px)`, width: 2 * FAR, height: lane.size }}
        />
      ))}
      {lanes.map((lane) => (
        <div key={lane.label} className="cs-lane-label" style={{ transform: `translate(${(8 - x) / zoom}px, ${lane.start + 6}px) scale(${1 / zoom})` }}>
          {lane.label || "Nobody"}
        </div>
      ))}
    </ViewportPortal>
  );
}
