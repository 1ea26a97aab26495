import { useEffect, useRef } from "react";

const KEYS: readonly { title: string; rows: readonly (readonly [string, string])[] }[] = [
  {
    title: "Move",
    rows: [
      ["← →", "Follow the ways"],
      ["↑ ↓", "To the step above or below"],
      ["E", "Choose the ways out of the step, one after the other"],
      ["Enter", "Open the settings; Esc comes back"],
      ["/", "Search what can be added"],
    ],
  },
  {
    title: "Change",
    rows: [
      ["A", "Add a step after the chosen one, or onto the chosen way"],
      ["C", "Connect to…"],
      ["F2", "Rename, also by a double click"],
      ["Del", "Delete"],
      ["Alt + arrows", "Place the step by hand"],
      ["Shift + T", "Lay out again"],
    ],
  },
  {
    title: "Many at once",
    rows: [
      ["Ctrl + A", "Choose all steps"],
      ["Shift + drag", "Choose by a frame; Ctrl + click adds one"],
      ["Ctrl + C, X, V", "Copy, cut, paste"],
      ["Ctrl + D", "Duplicate"],
      ["Ctrl + Z", "Undo; with Shift do it again"],
    ],
  },
  {
    title: "Look",
    rows: [
      ["+ −", "Zoom in and out"],
      ["0", "Real size"],
      ["1", "Show everything"],
      ["L", "Swim lanes"],
      ["?", "This help"],
    ],
  },
];

/** All keys of the canvas. */
export function Help({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="cs-dialog cs-flow-keys" aria-labelledby="keys-head" onClose={onClose} onKeyDown={(event) => event.stopPropagation()}>
      <form method="dialog">
        <div className="cs-dialog-head">
          <h2 id="keys-head">Keys of the canvas</h2>
          <button className="btn btn-quiet">Close</button>
        </div>
        <div className="cs-flow-keys-grid">
          {KEYS.map(({ title, rows }) => (
            <section key={title} aria-label={title}>
              <h3>{title}</h3>
              <dl>
                {rows.map(([key, words]) => (
                  <div key={key}>
                    <dt>
                      <kbd>{key}</kbd>
                    </dt>
                    <dd>{words}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
      </form>
    </dialog>
  );
}
