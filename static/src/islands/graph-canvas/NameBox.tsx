import { type KeyboardEvent, useEffect, useRef, useState } from "react";

import { useActions } from "./actions";

interface NameBoxProps {
  readonly name: string;
  readonly label: string;
  readonly placeholder?: string;
}

/** A name typed where it stands: Enter and leaving keep it, Escape does not. */
export function NameBox({ name, label, placeholder = "" }: NameBoxProps) {
  const { named, cancelNaming } = useActions();
  const [text, setText] = useState(name);
  const box = useRef<HTMLInputElement>(null);
  const done = useRef(false);

  useEffect(() => {
    box.current?.focus({ preventScroll: true });
    box.current?.select();
  }, []);

  const finish = (keep: boolean): void => {
    if (done.current) return;
    done.current = true;
    if (keep) named(text.trim());
    else cancelNaming();
  };
  const onKey = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === "Enter" || event.key === "Escape") {
      event.preventDefault();
      finish(event.key === "Enter");
    }
  };
  return (
    <input
      ref={box}
      className="cs-name-box nodrag nopan"
      value={text}
      maxLength={120}
      aria-label={label}
      placeholder={placeholder}
      autoComplete="off"
      onChange={(event) => setText(event.target.value)}
      onKeyDown={onKey}
      onBlur={() => finish(true)}
    />
  );
}
