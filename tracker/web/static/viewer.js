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

// The inbox: the rows of the queue, the form over them for the selected ones, and one form in each row.
const queue = document.querySelector(".queue");
const bulk = document.getElementById("bulk");
const PLACE = "queue-place";
let sent = false;

const here = () => queue && (queue.querySelector("li.here") || document.activeElement.closest(".queue > li"));
const chosen = () => (queue ? Array.from(queue.querySelectorAll(".pick:checked")) : []);

function remember() {
  const rows = targets();
  const first = chosen()[0];
  const row = first ? first.closest("li") : here();
  if (row) sessionStorage.setItem(PLACE, String(rows.indexOf(row)));
}

function focusRow(row) {
  targets().forEach((element) => element.classList.toggle("here", element === row));
  row.querySelector("h2 a").focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

// A reader without a name is led to the field for it.
const unnamed = () => document.querySelector(".naming input[name=who]");

function press(button) {
  if (unnamed()) return void unnamed().focus();
  if (!button || sent) return;
  button.form.requestSubmit(button);
}

// The form of the current row, or the one for the selected rows.
const form = () => (chosen().length ? bulk : here() && here().querySelector("form.act"));
const action = (name) => form() && form().querySelector(`button[value="${name}"]`);

function open(name) {
  if (unnamed()) return void unnamed().focus();
  const group = form() && form().querySelector(`[data-do="${name}"]`);
  if (!group) return;
  group.closest("details").open = true;
  const field = group.querySelector("input, select");
  field.focus();
  if (field.select) field.select();
}

function count() {
  const number = chosen().length;
  const words = bulk.querySelector(".chosen");
  words.textContent = number ? words.dataset.some.replace("{count}", number) : words.dataset.none;
  bulk.querySelectorAll(".bulk-line > button, .bulk-line > details").forEach((each) => { each.hidden = !number; });
  const all = bulk.querySelector(".all input");
  const rows = queue.querySelectorAll(".pick");
  all.checked = number === rows.length;
  all.indeterminate = number > 0 && number < rows.length;
}

function select() {
  const row = here();
  if (!row) return;
  const pick = row.querySelector(".pick");
  pick.checked = !pick.checked;
  count();
}

const queueKeys = {
  e: () => press(action("acknowledge")),
  a: () => open("assign"),
  d: () => open("decide"),
  x: select,
  z: () => press(document.querySelector("[data-key=undo]")),
  o: () => here() && here().querySelector("h2 a").click(),
};

if (queue) {
  bulk.querySelector(".all").hidden = false;
  bulk.querySelector(".all").addEventListener("change", (event) => {
    queue.querySelectorAll(".pick").forEach((pick) => { pick.checked = event.target.checked; });
    count();
  });
  queue.addEventListener("change", (event) => { if (event.target.matches(".pick")) count(); });
  count();
  const place = sessionStorage.getItem(PLACE);
  sessionStorage.removeItem(PLACE);
  const rows = targets();
  if (place !== null && document.querySelector(".done")) focusRow(rows[Math.min(Number(place), rows.length - 1)]);
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form.act, form.bulk, .done form")) return;
  if (sent || (event.target === bulk && !chosen().length)) return void event.preventDefault();
  sent = true;
  remember();
});
window.addEventListener("pageshow", () => { sent = false; });

// A disabled first button keeps Enter from pressing the wrong one: it presses that of the field's group.
document.addEventListener("keydown", (event) => {
  const group = event.target.closest && event.target.closest("[data-do]");
  if (!group || event.isComposing) return;
  if (event.key === "Enter" && event.target.matches("input, select")) {
    event.preventDefault();
    press(group.querySelector("button"));
  } else if (event.target.matches("select") && "123".includes(event.key)) {
    event.preventDefault();
    event.target.selectedIndex = Number(event.key);
    group.querySelector("input").focus();
  } else if (event.key === "Escape") {
    event.preventDefault();
    group.closest("details").open = false;
    const row = event.target.closest(".queue > li") || here();
    if (row) focusRow(row);
  }
});

const keyList = document.querySelector("dialog.keys");
const showKeys = () => { if (keyList && !keyList.open) keyList.showModal(); };
document.querySelectorAll(".keys-open").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", showKeys);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (keyList && keyList.open) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const keys = { j: () => step(1), n: () => step(1), k: () => step(-1), p: () => step(-1), "?": showKeys };
  if (queue) Object.assign(keys, queueKeys);
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
    const words = button.previousElementSibling.textContent;
    await navigator.clipboard.writeText(`${words}\n${address}`);
    const name = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = name; }, 1500);
  });
}
