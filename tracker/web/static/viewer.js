// Keyboard and copying. Every page works without it.
"use strict";

const targets = () => Array.from(document.querySelectorAll(".changes > li, .op, .law .unit, .law .unit-row"));

function step(direction) {
  const all = targets();
  if (!all.length) return;
  const at = all.findIndex((element) => element.classList.contains("here"));
  const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + direction))];
  all.forEach((element) => element.classList.toggle("here", element === next));
  const link = next.querySelector("h2 a, h3 a, a.anchor");
  if (link) link.focus({ preventScroll: true });
  next.scrollIntoView({ block: "center" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const keys = { j: () => step(1), n: () => step(1), k: () => step(-1), p: () => step(-1) };
  if (event.key === "/") {
    event.preventDefault();
    document.querySelector(".find input").focus();
  } else if (keys[event.key]) {
    event.preventDefault();
    keys[event.key]();
  }
});

const outline = document.querySelector(".outline");
const current = outline && outline.querySelector("a[aria-current]");
if (current) outline.scrollTop = current.getBoundingClientRect().top - outline.getBoundingClientRect().top - outline.clientHeight / 3;

if (navigator.clipboard) {
  document.querySelectorAll("button.copy").forEach((button) => { button.hidden = false; });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button.copy");
    if (!button) return;
    const address = location.href.split("#")[0] + "#" + button.closest("[id]").id;
    await navigator.clipboard.writeText(`${button.dataset.copy}\n${address}`);
    const words = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = words; }, 1500);
  });
}
