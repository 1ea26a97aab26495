import { createContext, useContext } from "react";

import type { Spot } from "./board";

/** What steps and ways on the canvas can ask for. */
export interface Actions {
  /** Open the list of what can be put there. */
  pick(spot: Spot): void;
  /** Open the list of steps that a way may lead to. */
  connectFrom(step: string): void;
  rename(kind: "step" | "way", key: string): void;
  named(name: string): void;
  cancelNaming(): void;
  chooseWay(key: string): void;
  remove(): void;
  openSettings(): void;
}

export const ActionsOf = createContext<Actions | undefined>(undefined);

export function useActions(): Actions {
  const actions = useContext(ActionsOf);
  if (!actions) throw new Error("There is no canvas around.");
  return actions;
}
