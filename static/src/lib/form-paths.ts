/** The positions on the way to a part of a form's layout. */
export type Path = readonly number[];

/** Where the part at `path` stands after the one at `removed` is gone; the same as on the server. */
export function pathAfter(path: Path, removed: Path): number[] {
  const depth = removed.length - 1;
  const found = [...path];
  const at = path[depth];
  const gone = removed[depth];
  const shares = removed.slice(0, depth).every((one, number) => path[number] === one);
  if (at !== undefined && gone !== undefined && shares && at > gone) found[depth] = at - 1;
  return found;
}
