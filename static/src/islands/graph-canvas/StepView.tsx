import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";

import { isObject } from "../../lib/draft/model";
import { useActions } from "./actions";
import type { StepNode } from "./elements";
import { Icon, iconOf, isRefusal } from "./Icon";
import { NameBox } from "./NameBox";
import { isGateway } from "./sizes";

/** One step: what it is, its name, who is asked; what can be done with it appears when it is chosen. */
export const StepView = memo(function StepView({ data, selected }: NodeProps<StepNode>) {
  const { step, words, problem, mark, direction, isNaming, isCurrent } = data;
  const down = direction === "down";
  const gateway = isGateway(step.kind);
  const classes = [
    "cs-step",
    `cs-step-${step.kind}`,
    gateway ? "is-gateway" : "",
    step.kind === "end" && step.outcome ? (isRefusal(String(step.outcome)) ? "is-refusal" : "is-success") : "",
    selected ? "is-selected" : "",
    problem ? `has-${problem}` : "",
    mark ? `is-marked cs-tone-of-${mark.tone}` : "",
  ];
  const icon = iconOf(step.kind, isObject(step.node) ? String(step.node.kind ?? "") : "", String(step.outcome ?? ""));
  return (
    <div className={classes.filter(Boolean).join(" ")}>
      <Handle type="target" position={down ? Position.Top : Position.Left} tabIndex={-1} />
      {isNaming ? (
        <div className="cs-step-face">
          <StepIcon icon={icon} />
          <NameBox name={step.name} label="Name of the step" />
        </div>
      ) : (
        <div
          className="cs-step-face"
          role="button"
          tabIndex={isCurrent ? 0 : -1}
          data-step={step.key}
          aria-label={data.label}
          aria-pressed={selected}
        >
          <StepIcon icon={icon} />
          <span className="cs-step-text">
            <span className="cs-step-name">{step.name}</span>
            {!gateway && words?.asked && <span className="cs-step-asked">{words.asked}</span>}
          </span>
          {problem && <Icon icon={problem === "blocks" ? "alert-circle" : "alert-triangle"} className="cs-step-problem" />}
        </div>
      )}
      {words?.time && !gateway && <span className="cs-step-time">{words.time}</span>}
      {mark && <span className="cs-step-mark">{mark.label}</span>}
      {step.kind !== "end" && (
        <>
          <Handle type="source" position={down ? Position.Bottom : Position.Right} tabIndex={-1} />
          {!isNaming && <AddButton step={step.key} name={step.name} />}
        </>
      )}
    </div>
  );
});

function StepIcon({ icon }: { icon: string }) {
  return (
    <span className="cs-step-icon">
      <Icon icon={icon} />
    </span>
  );
}

function AddButton({ step, name }: { step: string; name: string }) {
  const { pick } = useActions();
  return (
    <button
      type="button"
      className="cs-plus nodrag nopan"
      tabIndex={-1}
      aria-label={`Add a step after ${name}`}
      title="Add a step"
      onClick={(event) => {
        event.stopPropagation();
        pick({ from: step });
      }}
    >
      <Icon icon="plus" />
    </button>
  );
}
