import { useCallback, useState } from "react";

import type { BoardStore } from "./board";
import type { Overlay, OverlaySource } from "./state";

/** Which figures are painted on the canvas, and how to paint others. */
export function useOverlay(store: BoardStore, sources: readonly OverlaySource[]): [string, (key: string) => void] {
  const [chosen, setChosen] = useState("");
  const choose = useCallback(
    (key: string) => {
      setChosen(key);
      const source = sources.find((one) => one.key === key);
      if (!source) return store.set({ overlay: undefined });
      void fetched(source.url).then((overlay) => {
        if (overlay) store.set({ overlay });
        else store.say("The figures could not be loaded. Try again.");
      });
    },
    [store, sources],
  );
  return [chosen, choose];
}

async function fetched(url: string): Promise<Overlay | undefined> {
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    return answer.ok ? ((await answer.json()) as Overlay) : undefined;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
