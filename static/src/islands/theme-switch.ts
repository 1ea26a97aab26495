const KEY = "countersign.theme";
type Theme = "system" | "light" | "dark";

/** The choice of theme: buttons with `data-theme`, stored in this browser only. */
export default class ThemeSwitch extends HTMLElement {
  connectedCallback(): void {
    this.hidden = false;
    this.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLButtonElement>("button[data-theme]");
      if (button) this.choose(button.dataset["theme"] as Theme);
    });
    this.show(stored());
  }

  choose(theme: Theme): void {
    try {
      if (theme === "system") localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, theme);
    } catch {
      // Without storage the choice holds for this page.
    }
    this.show(theme);
  }

  private show(theme: Theme): void {
    const page = document.documentElement;
    if (theme === "system") delete page.dataset["bsTheme"];
    else page.dataset["bsTheme"] = theme;
    for (const button of this.querySelectorAll<HTMLButtonElement>("button[data-theme]")) {
      button.setAttribute("aria-pressed", String(button.dataset["theme"] === theme));
    }
    document.dispatchEvent(new CustomEvent("countersign:theme"));
  }
}

function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system";
  }
}
