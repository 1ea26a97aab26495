/** Menus are `<details class="cs-menu">`: they work without script, here they also close by Escape and outside clicks. */
export function startMenus(page: Document = document): void {
  page.addEventListener("click", (event) => {
    for (const menu of openMenus(page)) if (!menu.contains(event.target as Node)) menu.open = false;
  });
  page.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus(page)) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
  page.addEventListener("focusin", (event) => {
    for (const menu of openMenus(page)) if (!menu.contains(event.target as Node)) menu.open = false;
  });
}

function openMenus(page: Document): NodeListOf<HTMLDetailsElement> {
  return page.querySelectorAll<HTMLDetailsElement>("details.cs-menu[open]");
}
