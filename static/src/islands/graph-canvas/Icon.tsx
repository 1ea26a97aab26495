import { createContext, useContext } from "react";

/** Address of the sprite. */
export const Sprite = createContext("");

interface IconProps {
  readonly icon: string;
  readonly className?: string;
}

/** An icon of the built sprite by its Tabler name; decoration, the words stand beside it. */
export function Icon({ icon, className = "" }: IconProps) {
  return (
    <svg className={`cs-icon ${className}`} viewBox="0 0 24 24" aria-hidden="true">
      <use href={`${useContext(Sprite)}#${icon}`} />
    </svg>
  );
}

/** Whether an end says no, by the word that it begins with. */
export function isRefusal(outcome: string): boolean {
  return /^(reject|refus|declin|den|cancel)/i.test(outcome);
}

/** The icon of a step by its kind, of an automatic step by what it does, of an end by how it ends. */
export function iconOf(kind: string, node = "", outcome = ""): string {
  if (kind === "end" && outcome) return isRefusal(outcome) ? "circle-x" : "circle-check";
  return NODE_ICONS[node]?.icon ?? KIND_ICONS[kind]?.icon ?? "point";
}

// Written as `icon: "..."`, so that the build finds them for the sprite.
const KIND_ICONS: Readonly<Record<string, { icon: string }>> = {
  start: { icon: "player-play" },
  task: { icon: "user-check" },
  end: { icon: "flag" },
  fork: { icon: "arrows-split-2" },
  join: { icon: "arrows-join-2" },
  noop: { icon: "circle-dot" },
  auto: { icon: "bolt" },
  point: { icon: "point" },
};
// And those that only the palette has: icon="user" icon="circle-check" icon="circle-x" icon="arrow-right"

const NODE_ICONS: Readonly<Record<string, { icon: string }>> = {
  call: { icon: "api" },
  chain: { icon: "link" },
  delay: { icon: "clock" },
  document: { icon: "file-text" },
  formula: { icon: "math-function" },
  llm: { icon: "sparkles" },
  notify: { icon: "bell" },
  ocr: { icon: "scan" },
  pdf: { icon: "file-type-pdf" },
  query: { icon: "database" },
  set_fields: { icon: "forms" },
  wait: { icon: "hourglass" },
};
