// The conversations of the queue that the agent has selected. Of each, the revision is kept that its row showed then: the console
// leaves open whatever the customer has written since. A row that leaves the queue leaves the selection.

import { get } from "./answer.js";

const ROWS = "li[id^=row-]";
const address = document.querySelector("queue-rows").dataset.bulkActions;

const queue = document.getElementById("queue");
const selected = new Map(); // key of the conversation → { revision, isShown }
const changed = new EventTarget();
let anchor = null; // the id of the row that was selected last, from which a range begins
let anchorPlace = null; // the place of that row, which the section may drop
let place = null; // the id of its section, which it may leave
let focused = null; // the row whose box has the focus

const keyOf = (row) => row.id.match(/^row-(\d+)/)[1];
const rowsOf = (key) => [...queue.querySelectorAll(`#row-${key}, [id^=row-${key}-]`)]; // one in each section
const shownRows = () => [...queue.querySelectorAll(ROWS)].filter((row) => row.checkVisibility());
const entryOf = ({ dataset }) => ({ revision: dataset.revision, isShown: true });
const anchorRow = () => document.getElementById(anchor);

export const rowOf = (element) => element.closest(`#queue ${ROWS}`);
export const sectionOfSelection = () => document.getElementById(place);
export const names = () => [...selected].map(([key, { revision }]) => `${key}-${revision}`);
export const watchSelection = (listener) => changed.addEventListener("change", listener);

export function toggle(row, isRange = false) {
  if (isRange && anchor && !anchorRow() && row.closest(".queue-section").id === place) return selectUnshown(row);
  const rows = isRange && anchorRow() ? between(anchorRow(), row) : [row];
  const isSelected = isRange || !selected.has(keyOf(row));
  for (const one of rows) isSelected ? selected.set(keyOf(one), entryOf(one)) : selected.delete(keyOf(one));
  moveAnchor(row);
  show({ name: row.querySelector(".row-name").textContent, isSelected });
}

function moveAnchor(row) {
  [anchor, anchorPlace, place] = [row.id, row.dataset.place, row.closest(".queue-section").id];
}

// The section has dropped the row from which the range begins: the console knows which are between.
async function selectUnshown(row) {
  const [from, to] = [anchorPlace, row.dataset.place].sort();
  const answer = await get(`${address}sections/${place.replace("section-", "")}/?from=${from}&to=${to}`);
  moveAnchor(row);
  select(answer?.ok ? JSON.parse(answer.body) : [`${keyOf(row)}-${row.dataset.revision}`]);
}

function between(first, last) {
  const rows = shownRows();
  const [from, to] = [rows.indexOf(first), rows.indexOf(last)].sort((a, b) => a - b);
  return from < 0 ? [last] : rows.slice(from, to + 1);
}

// names: such as "12-345", also of conversations whose rows are not shown.
export function select(more) {
  for (const [key, revision] of more.map((name) => name.split("-")))
    if (!selected.has(key)) selected.set(key, rowsOf(key).map(entryOf)[0] ?? { revision, isShown: false });
  show();
}

// Keep only so many, those that were selected first; return the number of the others.
export function limit(most) {
  const over = [...selected.keys()].slice(most);
  for (const key of over) selected.delete(key);
  if (over.length) check();
  return over.length;
}

export function deselect(keys = [...selected.keys()]) {
  for (const key of keys) selected.delete(key);
  show();
}

// Focus the row of the queue after these ones, which may go away.
export function focusAfter(keys) {
  const rows = shownRows();
  const from = Math.max(0, rows.indexOf(anchorRow()));
  const stays = (row) => !keys.includes(keyOf(row));
  const next = rows.slice(from).find(stays) ?? rows.slice(0, from).findLast(stays);
  (next?.querySelector("a") ?? document.getElementById("pane")).focus();
}

function check() {
  for (const box of queue.querySelectorAll(".bulk-select")) box.checked = selected.has(keyOf(box.parentElement));
}

function show(last) {
  check();
  changed.dispatchEvent(new CustomEvent("change", { detail: { number: selected.size, ...last } }));
}

// Rows are rendered anew, and the boxes are not among what the console renders.
function renew() {
  for (const row of queue.querySelectorAll(`${ROWS}:not(:has(> .bulk-select))`)) addBox(row);
  const before = selected.size;
  for (const [key, entry] of selected) follow(key, entry);
  if (selected.size !== before) show();
}

function addBox(row) {
  const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: selected.has(keyOf(row)) });
  box.classList.add("bulk-select");
  box.ariaLabel = row.querySelector(".row-name").textContent;
  if (document.querySelector("keyboard-shortcuts[data-on]")) box.tabIndex = -1; // there is a key for it
  row.append(box);
  if (row.id === focused && document.activeElement === document.body) box.focus({ preventScroll: true });
}

function follow(key, entry) {
  const isShown = rowsOf(key).length > 0;
  if (!isShown && entry.isShown) selected.delete(key);
  entry.isShown = isShown;
}

// Rows that a long section drops are still in it.
document.addEventListener("rows-dropped", ({ detail }) => {
  keepWithoutRows(detail);
});

// The queue comes with fewer rows of a section that goes on beyond them.
document.addEventListener("htmx:before:swap", ({ detail }) => {
  if (detail.ctx.sourceElement === queue) keepWithoutRows(queue.querySelectorAll(".queue-section:has([data-end], [data-begin]) li[id^=row-]"));
});

function keepWithoutRows(rows) {
  for (const key of [...rows].map(keyOf)) if (selected.has(key)) selected.get(key).isShown = false;
}

new MutationObserver(renew).observe(queue, { childList: true, subtree: true, attributeFilter: ["data-revision"] });
document.addEventListener("focusin", ({ target }) => (focused = target.matches(".bulk-select") ? target.parentElement.id : null));
renew();
