import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";

export interface Choice {
  readonly key: string;
  readonly name: string;
  readonly about: string;
  readonly sign: ReactNode;
}

interface ListBoxProps {
  readonly title: string;
  readonly hint: string;
  readonly choices: readonly Choice[];
  readonly onChoose: (key: string) => void;
  readonly onClose: () => void;
}

/** A small dialog with a box to type into and a list under it; arrows move, Enter chooses, Escape closes. */
export function ListBox({ title, hint, choices, onChoose, onClose }: ListBoxProps) {
  const ident = useId();
  const [query, setQuery] = useState("");
  const [row, setRow] = useState(0);
  const box = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const words = query.trim().toLowerCase();
  const shown = choices.filter((one) => `${one.name} ${one.about}`.toLowerCase().includes(words));
  const at = Math.min(row, shown.length - 1);

  useEffect(() => box.current?.focus({ preventScroll: true }), []);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  });

  const onKey = (event: KeyboardEvent): void => {
    event.stopPropagation();
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    const step = steps[event.key];
    const chosen = shown[at];
    if (step !== undefined) setRow(Math.max(0, Math.min(shown.length - 1, at + step)));
    else if (event.key === "Enter" && chosen) onChoose(chosen.key);
    else if (event.key === "Escape" || event.key === "Tab") onClose();
    else return;
    event.preventDefault();
  };
  return (
    <div className="cs-picker-backdrop" onPointerDown={(event) => event.target === event.currentTarget && onClose()}>
      <div className="cs-picker" role="dialog" aria-modal="true" aria-label={title} onKeyDown={onKey}>
        <h2>{title}</h2>
        <input
          ref={box}
          type="text"
          role="combobox"
          className="form-control"
          aria-label={title}
          aria-expanded="true"
          aria-controls={`${ident}-list`}
          aria-activedescendant={shown[at] ? `${ident}-${shown[at].key}` : undefined}
          autoComplete="off"
          placeholder="Type to search"
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setRow(0);
          }}
        />
        <div ref={list} id={`${ident}-list`} className="cs-picker-list" role="listbox" aria-label={title}>
          {shown.map((one, place) => (
            <div
              key={one.key}
              id={`${ident}-${one.key}`}
              role="option"
              aria-selected={place === at}
              className="cs-picker-row"
              onPointerMove={() => setRow(place)}
              onClick={() => onChoose(one.key)}
            >
              {one.sign}
              <span className="cs-flow-palette-words">
                <span>{one.name}</span>
                {one.about && <span className="cs-small cs-soft">{one.about}</span>}
              </span>
            </div>
          ))}
        </div>
        <p className="cs-small cs-faint">{shown.length > 0 ? hint : "Nothing is called that."}</p>
      </div>
    </div>
  );
}
