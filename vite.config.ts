import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { defineConfig } from "vitest/config";

import { iconSprite } from "./static/build/icons.ts";
import { onlyUsedStyles } from "./static/build/styles.ts";

const root = import.meta.dirname;

/** A page's first style sheet and scripts are found by django-vite through the manifest. */
export default defineConfig({
  root,
  // The built files are served from /static/ or a CDN: they find each other by relative addresses.
  base: "./",
  publicDir: false,
  plugins: [
    onlyUsedStyles({ root, sheets: [/@tabler\/core\/dist\/css\/tabler\.css$/] }),
    iconSprite({
      root,
      read: (name) => readFileSync(resolve(root, `node_modules/@tabler/icons/icons/outline/${name}.svg`), "utf8"),
      favicon: readFileSync(resolve(root, "static/src/favicon.svg"), "utf8"),
    }),
  ],
  build: {
    outDir: "static/built",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "baseline-widely-available",
    modulePreload: { polyfill: false },
    // The canvas of the workflow designer is one chunk; only its page loads it.
    chunkSizeWarningLimit: 600,
    rollupOptions: {
      onwarn(warning, warn) {
        // htmx can evaluate strings; `allowEval` is off and the content policy would refuse it. A directive of React's
        // for servers means nothing in a browser.
        if (warning.code !== "EVAL" && warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning);
      },
      input: {
        main: resolve(root, "static/src/main.ts"),
        "theme-boot": resolve(root, "static/src/theme-boot.ts"),
        admin: resolve(root, "static/src/admin.ts"),
      },
    },
  },
  test: {
    environment: "happy-dom",
    include: ["static/src/**/*.test.ts"],
  },
});
