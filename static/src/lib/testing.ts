/** Puts markup into the page the way browsers do: whole first, then connected. */
export function show(markup: string): void {
  const holder = document.createElement("div");
  holder.innerHTML = markup;
  document.body.replaceChildren(holder);
}
