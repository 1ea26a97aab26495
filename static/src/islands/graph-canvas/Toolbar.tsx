import { useReactFlow, useViewport } from "@xyflow/react";

import { Icon } from "./Icon";
import { whole, within } from "./motion";
import type { OverlaySource } from "./state";

interface ToolbarProps {
  readonly hasPalette: boolean;
  readonly inLanes: boolean;
  readonly overlays: readonly OverlaySource[];
  readonly overlay: string;
  readonly canTidy: boolean;
  readonly onPalette: () => void;
  readonly onLanes: () => void;
  readonly onTidy: () => void;
  readonly onHelp: () => void;
  readonly onOverlay: (key: string) => void;
}

/** How one looks at the canvas. */
export function Toolbar(props: ToolbarProps) {
  const flow = useReactFlow();
  const { zoom } = useViewport();
  return (
    <div className="cs-flow-canvas-tools" role="toolbar" aria-label="View">
      {!props.hasPalette && <Tool icon="plus" label="Add a step" onPress={props.onPalette} text="Add" />}
      <Tool icon="minus" label="Zoom out" wideOnly onPress={() => void flow.zoomOut(within(120))} />
      <button type="button" className="cs-zoom" title="Real size" aria-label={`Zoom ${Math.round(zoom * 100)} percent, set to real size`} onClick={() => void flow.zoomTo(1, within(120))}>
        {Math.round(zoom * 100)}%
      </button>
      <Tool icon="plus" label="Zoom in" wideOnly onPress={() => void flow.zoomIn(within(120))} />
      <Tool icon="maximize" label="Show everything" onPress={() => void flow.fitView(whole())} />
      <span className="cs-tools-line" />
      {props.canTidy && <Tool icon="sitemap" label="Lay out again" onPress={props.onTidy} />}
      <Tool icon="layout-rows" label="Swim lanes by who is asked" pressed={props.inLanes} onPress={props.onLanes} />
      {props.overlays.length > 0 && (
        <select className="cs-overlay-choice" aria-label="Show on the canvas" value={props.overlay} onChange={(event) => props.onOverlay(event.target.value)}>
          <option value="">No figures</option>
          {props.overlays.map(({ key, label }) => (
            <option key={key} value={key}>
              {label}
            </option>
          ))}
        </select>
      )}
      <Tool icon="keyboard" label="Keys" wideOnly onPress={props.onHelp} />
    </div>
  );
}

interface ToolProps {
  readonly icon: string;
  readonly label: string;
  readonly onPress: () => void;
  readonly pressed?: boolean;
  readonly text?: string;
  /** Left out on a phone, where two fingers do the same. */
  readonly wideOnly?: boolean;
}

export function Tool({ icon, label, onPress, pressed, text, wideOnly }: ToolProps) {
  return (
    <button type="button" className={`cs-tool${wideOnly ? " is-wide-only" : ""}`} aria-label={label} title={label} aria-pressed={pressed} onClick={onPress}>
      <Icon icon={icon} />
      {text}
    </button>
  );
}
// The build finds these for the sprite: icon="plus" icon="minus" icon="maximize" icon="sitemap" icon="layout-rows" icon="keyboard"
