import { BaseEdge, EdgeLabelRenderer, type EdgeProps } from "@xyflow/react";
import { memo } from "react";

import { useActions } from "./actions";
import type { WayData, WayEdge } from "./elements";
import { Icon } from "./Icon";
import { NameBox } from "./NameBox";
import { backPath, forwardPath } from "./routes";
import type { Point } from "./sizes";

/** A way between two steps: forward in a gentle curve, back in a lane below everything. */
export const WayView = memo(function WayView(props: EdgeProps<WayEdge>) {
  const { id, data, selected, source, target } = props;
  const { pick, chooseWay } = useActions();
  if (!data) return null;
  const { path, middle } = pathOf(props, data);
  const classes = [
    "cs-way",
    data.way.return ? "is-return" : "",
    data.label.includes("if ") ? "is-conditional" : "",
    data.problem ? `has-${data.problem}` : "",
    data.mark ? `is-marked cs-tone-of-${data.mark.tone}` : "",
  ].filter(Boolean);
  const label = [data.label, data.mark?.label].filter(Boolean).join(" · ");
  const shownLabel = label || data.isNaming;
  return (
    <>
      <BaseEdge
        id={id}
        path={path}
        className={classes.join(" ")}
        interactionWidth={24}
        markerEnd={`url(#cs-arrow${selected ? "-chosen" : ""})`}
        {...(data.mark ? { style: { strokeWidth: 1.5 + data.mark.value * 6 } } : {})}
      />
      <EdgeLabelRenderer>
        <div
          className={`cs-way-tools nodrag nopan${selected ? " is-selected" : ""}`}
          data-way={id}
          style={{ transform: `translate(-50%, -50%) translate(${middle.x}px, ${middle.y}px)` }}
        >
          {data.isNaming ? (
            <NameBox name={data.way.name ?? ""} label="Name of the way" placeholder="Name of the way" />
          ) : (
            shownLabel && (
              <button type="button" className="cs-way-label" tabIndex={-1} title={label} onClick={() => chooseWay(id)}>
                {label}
              </button>
            )
          )}
          {!data.isNaming && !data.way.return && (
            <button
              type="button"
              className="cs-plus cs-plus-way"
              tabIndex={-1}
              aria-label={`Insert a step between ${source} and ${target}`}
              title="Insert a step"
              onClick={() => pick({ way: id })}
            >
              <Icon icon="plus" />
            </button>
          )}
        </div>
      </EdgeLabelRenderer>
    </>
  );
});

function pathOf(props: EdgeProps<WayEdge>, data: WayData): { path: string; middle: Point } {
  const { sourceX, sourceY, targetX, targetY } = props;
  const { direction, back, halves, ends } = data;
  const [from, to] = [
    { x: sourceX, y: sourceY },
    { x: targetX, y: targetY },
  ];
  if (back && ends) {
    const [one, other] = [{ ...centre(props, "source", data), half: halves[0] }, { ...centre(props, "target", data), half: halves[1] }];
    return backPath(back, one, other, direction);
  }
  const straight = direction === "right" ? ends?.[0].y === from.y && ends[1].y === to.y : ends?.[0].x === from.x && ends[1].x === to.x;
  return forwardPath(from, to, straight ? data.bends : [], direction);
}

/** The centre of an end, from where the arrow would touch it. */
function centre({ sourceX, sourceY, targetX, targetY }: EdgeProps<WayEdge>, end: "source" | "target", data: WayData): Point {
  const half = data.reaches[end === "source" ? 0 : 1];
  const [x, y, sign] = end === "source" ? [sourceX, sourceY, -1] : [targetX, targetY, 1];
  return data.direction === "right" ? { x: x + sign * half, y } : { x, y: y + sign * half };
}
