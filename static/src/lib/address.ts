/**
 * A refused form is answered by its page at the address of the form, which nobody can open. The page says its own address: there
 * a reload, a copied link and the way back after a login lead to it.
 */
export function startAddress(page: Document = document): void {
  const own = page.querySelector<HTMLLinkElement>('link[rel="canonical"]')?.href;
  if (own && new URL(own).pathname !== window.location.pathname) window.history.replaceState(window.history.state, "", own);
}
