/** A row of tabs that is wider than a phone shows the open one. */
export function startTabs(page: Document = document): void {
  const show = (): void => {
    for (const open of page.querySelectorAll<HTMLElement>(".cs-tabs [aria-current]")) {
      const row = open.closest<HTMLElement>(".cs-tabs");
      if (!row) continue;
      const [tab, box] = [open.getBoundingClientRect(), row.getBoundingClientRect()];
      if (tab.left < box.left || tab.right > box.right) row.scrollLeft += tab.left - box.left - (box.width - tab.width) / 2;
    }
  };
  show();
  page.addEventListener("htmx:afterSettle", show);
}
