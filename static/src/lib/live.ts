/** Says a sentence through the page's one live region. */
export function announce(text: string, page: Document = document): void {
  const region = page.getElementById("live");
  if (!region) return;
  // Emptied first, so that the same sentence is spoken again.
  region.textContent = "";
  window.setTimeout(() => {
    region.textContent = text;
  }, 50);
}
