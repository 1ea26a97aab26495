import { PurgeCSS } from "purgecss";
import type { Plugin } from "vite";

import { sources } from "./sources.ts";

/** What no template spells out: widths that are put together, and states that scripts set. */
const KEPT = [/^col-md-\d+$/, /^htmx-/, /^is-/, /^was-/, /data-bs-theme/];

/** Drops from the given style sheets every rule whose classes no page mentions, before the files are hashed. */
export function onlyUsedStyles({ root, sheets }: { root: string; sheets: RegExp[] }): Plugin {
  return {
    name: "countersign:styles",
    enforce: "pre",
    apply: "build",
    async transform(code, id) {
      if (!sheets.some((sheet) => sheet.test(id.split("?")[0] ?? id))) return undefined;
      const found = sources(root);
      for (const source of found) this.addWatchFile(source.path);
      const [purged] = await new PurgeCSS().purge({
        content: found.map((source) => ({ raw: source.text, extension: "html" })),
        css: [{ raw: code.replace(/\/\*# sourceMappingURL=.*?\*\//, "") }],
        safelist: { standard: KEPT },
      });
      return purged ? { code: purged.css, map: null } : undefined;
    },
  };
}
