import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { globSync } from "tinyglobby";

/** Where class names and icon names are written: templates, and the Python that makes markup. */
const PLACES = [
  "templates/**/*.html",
  "{accounts,forms_builder,workflows,flows,notifications}/**/templates/**/*.html",
  "{accounts,forms_builder,workflows,flows,notifications}/**/{templatetags,views}/*.py",
  "forms_builder/*.py",
  "forms_builder/{components,design}/*.py",
  "workflows/graph/svg.py",
  "static/src/**/*.{ts,tsx}",
];

export interface Source {
  path: string;
  text: string;
}

/** The files that decide what the build keeps, in a fixed order. */
export function sources(root: string): Source[] {
  const paths = globSync(PLACES, { cwd: root, ignore: ["**/*.test.{ts,tsx}"] });
  return paths
    .sort()
    .map((path) => ({ path: resolve(root, path), text: readFileSync(resolve(root, path), "utf8") }));
}
