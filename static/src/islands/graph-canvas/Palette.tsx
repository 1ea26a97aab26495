import { type DragEvent, type KeyboardEvent, useDeferredValue, useId, useState } from "react";

import { Icon } from "./Icon";
import type { PaletteGroup, PaletteItem } from "./state";

export const DRAG_TYPE = "application/x-countersign-step";

const TABS: readonly { key: PaletteGroup["tab"]; label: string }[] = [
  { key: "steps", label: "Steps" },
  { key: "library", label: "Library" },
  { key: "control", label: "Control" },
];

interface PaletteProps {
  readonly groups: readonly PaletteGroup[];
  readonly onPick: (item: PaletteItem) => void;
  readonly onClose: () => void;
}

/** Everything that can be put onto the canvas: dragged, or added behind the chosen step by a click. */
export function Palette({ groups, onPick, onClose }: PaletteProps) {
  const [tab, setTab] = useState<PaletteGroup["tab"]>("steps");
  const [query, setQuery] = useState("");
  const words = useDeferredValue(query.trim().toLowerCase());
  const shown = groups
    .filter((group) => words || group.tab === tab)
    .map((group) => ({ ...group, items: group.items.filter((item) => fits(item, words)) }))
    .filter((group) => group.items.length > 0);
  return (
    <aside className="cs-flow-palette" aria-label="What can be added">
      <div className="cs-flow-palette-head">
        <SearchBox label="Search steps to add" query={query} onChange={setQuery} />
        <button type="button" className="cs-icon-button" aria-label="Hide the list of steps" title="Hide" onClick={onClose}>
          <Icon icon="layout-sidebar-left-collapse" />
        </button>
      </div>
      {!words && <Tabs current={tab} onChange={setTab} />}
      <div className="cs-flow-palette-list" onKeyDown={moveInList} role="tabpanel" aria-label={TABS.find((one) => one.key === tab)?.label}>
        {shown.map((group) => (
          <section key={group.label} aria-label={group.label}>
            <h3>{group.label}</h3>
            {group.items.map((item) => (
              <Item key={item.id} item={item} isFirst={item === shown[0]?.items[0]} onPick={onPick} />
            ))}
          </section>
        ))}
        {shown.length === 0 && <p className="cs-soft cs-small">Nothing is called that.</p>}
      </div>
      <p className="cs-flow-palette-foot cs-small cs-faint">Drag onto the canvas, or press to add after the chosen step.</p>
    </aside>
  );
}

export function SearchBox({ label, query, onChange }: { label: string; query: string; onChange: (text: string) => void }) {
  return (
    <label className="cs-flow-palette-search">
      <Icon icon="search" />
      <span className="visually-hidden">{label}</span>
      <input
        type="search"
        data-palette-search
        placeholder="Search"
        value={query}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}

function Tabs({ current, onChange }: { current: PaletteGroup["tab"]; onChange: (tab: PaletteGroup["tab"]) => void }) {
  const ident = useId();
  const move = (step: number): void => {
    const row = TABS.findIndex((one) => one.key === current) + step;
    const next = TABS[(row + TABS.length) % TABS.length];
    if (!next) return;
    onChange(next.key);
    document.getElementById(`${ident}-${next.key}`)?.focus();
  };
  return (
    <div className="cs-flow-segments" role="tablist" aria-label="Kinds of steps">
      {TABS.map(({ key, label }) => (
        <button
          key={key}
          id={`${ident}-${key}`}
          type="button"
          role="tab"
          aria-selected={key === current}
          tabIndex={key === current ? 0 : -1}
          onClick={() => onChange(key)}
          onKeyDown={(event) => {
            if (event.key === "ArrowRight") move(1);
            if (event.key === "ArrowLeft") move(-1);
          }}
        >
          {label}
        </button>
      ))}
    </div>
  );
}

interface ItemProps {
  readonly item: PaletteItem;
  /** The list is one stop of the Tab key, at its first item; the arrows move in it. */
  readonly isFirst: boolean;
  readonly onPick: (item: PaletteItem) => void;
}

function Item({ item, isFirst, onPick }: ItemProps) {
  const onDragStart = (event: DragEvent): void => {
    event.dataTransfer.setData(DRAG_TYPE, item.id);
    event.dataTransfer.effectAllowed = "copy";
  };
  return (
    <button
      type="button"
      className={`cs-flow-palette-item cs-step-${item.kind}`}
      tabIndex={isFirst ? 0 : -1}
      draggable
      onDragStart={onDragStart}
      onClick={() => onPick(item)}
      title={item.about}
    >
      <span className="cs-step-icon">
        <Icon icon={item.icon} />
      </span>
      <span className="cs-flow-palette-words">
        <span>{item.name}</span>
        {item.about && <span className="cs-small cs-soft">{item.about}</span>}
      </span>
    </button>
  );
}

function moveInList(event: KeyboardEvent<HTMLElement>): void {
  const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
  const step = steps[event.key];
  if (step === undefined) return;
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>(".cs-flow-palette-item")];
  const row = items.findIndex((item) => item === document.activeElement);
  items[Math.max(0, Math.min(items.length - 1, row + step))]?.focus();
  event.preventDefault();
  event.stopPropagation();
}

export function fits(item: PaletteItem, words: string): boolean {
  const text = `${item.name} ${item.about}`.toLowerCase();
  return words.split(/\s+/).every((word) => text.includes(word));
}
