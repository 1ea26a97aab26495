import { leadsBackIn } from "../../lib/draft/edits/graph";
import type { Graph } from "../../lib/draft/model";
import type { Picker } from "./board";
import { Icon, iconOf } from "./Icon";
import { type Choice, ListBox } from "./ListBox";
import type { PaletteGroup, PaletteItem } from "./state";

interface StepPickerProps {
  readonly groups: readonly PaletteGroup[];
  readonly picker: Picker & { kind: "step" };
  readonly onChoose: (item: PaletteItem) => void;
  readonly onClose: () => void;
}

/** What is to be added at a place. Nothing that could not stand on a way is offered for one. */
export function StepPicker({ groups, picker, onChoose, onClose }: StepPickerProps) {
  const items = groups.flatMap((group) => group.items).filter((item) => item.kind !== "way" && !(picker.spot.way && isFringe(item)));
  const choices = items.map((item) => ({ key: item.id, name: item.name, about: item.about, sign: sign(item.kind, item.icon) }));
  const choose = (key: string): void => {
    const item = items.find((one) => one.id === key);
    if (item) onChoose(item);
  };
  const title = picker.spot.way ? "Insert a step" : "Add a step";
  return <ListBox title={title} hint="Enter adds it." choices={choices} onChoose={choose} onClose={onClose} />;
}

interface ConnectPickerProps {
  readonly graph: Graph;
  readonly from: string;
  readonly onChoose: (to: string) => void;
  readonly onClose: () => void;
}

/** The steps that a way may lead to: every other one that is not connected yet. */
export function ConnectPicker({ graph, from, onChoose, onClose }: ConnectPickerProps) {
  const name = graph.steps.find((step) => step.key === from)?.name ?? from;
  const taken = new Set(graph.transitions.filter((way) => way.from === from).map((way) => way.to));
  const choices: Choice[] = graph.steps
    .filter((step) => step.key !== from && !taken.has(step.key))
    .map((step) => ({
      key: step.key,
      name: step.name,
      about: leadsBackIn(graph, from, step.key) ? "Leads back" : "",
      sign: sign(step.kind, iconOf(step.kind)),
    }));
  return (
    <ListBox
      title={`Connect “${name}” to`}
      hint="Enter makes the way. A way that closes a circle leads back."
      choices={choices}
      onChoose={onChoose}
      onClose={onClose}
    />
  );
}

function sign(kind: string, icon: string) {
  return (
    <span className={`cs-step-${kind}`}>
      <span className="cs-step-icon">
        <Icon icon={icon} />
      </span>
    </span>
  );
}

function isFringe(item: PaletteItem): boolean {
  return item.kind === "start" || item.kind === "end";
}
