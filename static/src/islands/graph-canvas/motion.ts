/** How long a movement of the canvas takes: no time for who wants no motion. */
export function within(milliseconds: number): { duration: number } {
  return { duration: window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : milliseconds };
}

/** Everything in sight, not larger than it is, with air around it. */
export function whole(): { padding: number; maxZoom: number; duration: number } {
  return { padding: 0.16, maxZoom: 1, ...within(200) };
}
