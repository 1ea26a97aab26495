/**
 * Runs before the first paint, as a classic script in the head: the chosen theme, and the mark that scripts run.
 * Without a choice the system decides (`color-scheme: light dark` in the style sheet).
 */
(() => {
  const page = document.documentElement;
  page.classList.add("js");
  try {
    const theme = localStorage.getItem("countersign.theme");
    if (theme === "light" || theme === "dark") page.dataset["bsTheme"] = theme;
  } catch {
    // Storage can be forbidden; the system's theme is right then.
  }
})();
