// The report says all it has to say without this script.
"use strict";
(() => {
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");

  // Storage may be forbidden where a report is opened from a file.
  const stored = {
    get() {
      try {
        return localStorage.getItem("heapnb-theme");
      } catch {
        return null;
      }
    },
    set(theme) {
      try {
        localStorage.setItem("heapnb-theme", theme);
      } catch {
        // The choice then lasts as long as the page.
      }
    },
  };

  const current = () => root.dataset.theme ?? (prefersDark.matches ? "dark" : "light");
  const other = () => (current() === "dark" ? "light" : "dark");
  const show = () => {
    button.setAttribute("aria-label", `Use ${other()} colours`);
    button.title = `Use ${other()} colours`;
  };

  const theme = stored.get();
  if (theme === "dark" || theme === "light") {
    root.dataset.theme = theme;
  }
  button.hidden = false;
  show();
  prefersDark.addEventListener("change", show);
  button.addEventListener("click", () => {
    root.dataset.theme = other();
    stored.set(root.dataset.theme);
    show();
  });

  // A link to something folded unfolds it.
  const unfold = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target === null) {
      return;
    }
    for (let at = target.closest("details"); at !== null; at = at.parentElement.closest("details")) {
      at.open = true;
    }
    target.scrollIntoView();
  };
  window.addEventListener("hashchange", unfold);
  unfold();

  // On paper nothing can be unfolded.
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const details of folded) {
      details.open = true;
    }
  });
  window.addEventListener("afterprint", () => {
    for (const details of folded) {
      details.open = false;
    }
  });
})();
