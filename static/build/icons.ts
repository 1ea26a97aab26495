import type { Plugin } from "vite";

import { sources } from "./sources.ts";

/** `{% icon "check" %}`, `icon="check"`, `icon_name="check"`, `"icon": "check"`, `icon: "check"` and `Icon("check")`. */
const MENTIONS = /\bicon(?:_name)?["']?(?:\s+|\s*[=:(]\s*)["']([a-z0-9-]+)["']/gi;

export const SPRITE = "icons.svg";

export function iconNames(texts: Iterable<string>): string[] {
  const names = new Set<string>();
  for (const text of texts) {
    for (const [, name] of text.matchAll(MENTIONS)) if (name) names.add(name);
  }
  return [...names].sort();
}

/** One outline icon of Tabler as a `<symbol>`; colour and width of the line come from the page. */
export function symbol(name: string, svg: string): string {
  const inner = svg
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/^[\s\S]*?<svg[^>]*>/, "")
    .replace(/<\/svg>[\s\S]*$/, "")
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "")
    .replace(/\s*\n\s*/g, "");
  return `<symbol id="${name}" viewBox="0 0 24 24">${inner}</symbol>`;
}

interface Options {
  root: string;
  /** The SVG file of an icon by its name; throws for an unknown one. */
  read: (name: string) => string;
  favicon: string;
}

/** Writes a sprite of the icons that are mentioned somewhere; an unknown name stops the build. */
export function iconSprite({ root, read, favicon }: Options): Plugin {
  return {
    name: "countersign:icons",
    apply: "build",
    generateBundle() {
      const symbols = iconNames(sources(root).map((source) => source.text)).map((name) => symbol(name, read(name)));
      this.emitFile({
        type: "asset",
        name: SPRITE,
        originalFileName: SPRITE,
        source: `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`,
      });
      this.emitFile({ type: "asset", name: "favicon.svg", originalFileName: "favicon.svg", source: favicon });
    },
  };
}
