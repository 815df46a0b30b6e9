// Keys for officials. A link, a button or a box with data-shortcut="x" answers
// to the key x; "?" lists them. Whoever speaks or types with a device that
// sends stray keys can switch them off (WCAG 2.1.4).
const kept = "bs-shortcuts";

// The choice is a cookie, since signing out clears the browser's storage.
const off = () => document.cookie.split("; ").includes(kept + "=off");

const keep = (value) => {
  document.cookie = kept + "=" + value + "; path=/; max-age=31536000; samesite=lax";
};

const seen = (e) => !e.disabled && e.getClientRects().length > 0;

const typing = (e) =>
  e instanceof HTMLElement &&
  (e.isContentEditable || e instanceof HTMLTextAreaElement || e instanceof HTMLSelectElement ||
    (e instanceof HTMLInputElement && !["button", "checkbox", "radio", "submit", "reset"].includes(e.type)));

const name = (e) =>
  e.dataset.shortcutLabel || e.getAttribute("aria-label") || (e.labels && e.labels.length ? e.labels[0].textContent : e.textContent);

export function shortcuts() {
  const help = document.getElementById("shortcuts");
  if (!(help instanceof HTMLDialogElement)) {
    return;
  }
  let disabled = off();
  const list = help.querySelector("dl");
  const toggle = help.querySelector("input");
  const opener = document.querySelector("[data-shortcuts-open]");

  const show = () => {
    const own = list.querySelectorAll("[data-own]");
    list.replaceChildren(...own);
    const keys = new Set();
    for (const e of document.querySelectorAll("[data-shortcut]")) {
      if (keys.has(e.dataset.shortcut) || !seen(e)) {
        continue;
      }
      keys.add(e.dataset.shortcut);
      const dt = document.createElement("dt");
      const kbd = document.createElement("kbd");
      const dd = document.createElement("dd");
      kbd.textContent = e.dataset.shortcut;
      dd.textContent = name(e).trim();
      dt.append(kbd);
      list.insertBefore(dt, own[0]);
      list.insertBefore(dd, own[0]);
    }
    toggle.checked = disabled;
    help.showModal();
  };

  toggle.addEventListener("change", () => {
    disabled = toggle.checked;
    keep(disabled ? "off" : "on");
  });
  if (opener) {
    opener.hidden = false;
    opener.addEventListener("click", show);
  }
  document.addEventListener("keydown", (e) => {
    if (disabled || help.open || e.defaultPrevented || e.isComposing || e.repeat || e.ctrlKey || e.altKey || e.metaKey || typing(e.target)) {
      return;
    }
    if (e.key === "?") {
      e.preventDefault();
      show();
      return;
    }
    for (const to of document.querySelectorAll("[data-shortcut]")) {
      if (to.dataset.shortcut === e.key.toLowerCase() && seen(to)) {
        e.preventDefault();
        if (typing(to)) {
          to.focus();
        } else {
          to.click();
        }
        return;
      }
    }
  });
}
