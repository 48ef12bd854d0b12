// How rows of the queue are selected: by a box on their picture, by Shift and a click, by a long press, and by a key. The bar with
// the verbs comes with the first selection.

import { showBar } from "./bulk-bar.js";
import { deselect, names, rowOf, toggle, watchSelection } from "./bulk-selection.js";

export { rowOf, toggle };

const LONG_PRESS = 450; // ms, before a phone opens its own menu
const SLIP = 10; // px

const queue = document.getElementById("queue");
let press = null; // { x, y, timer, isLong }

function click(event) {
  const row = rowOf(event.target);
  if (press?.isLong) stop(event);
  else if (row && event.target.matches(".bulk-select")) toggle(row, event.shiftKey);
  else if (row && (event.shiftKey || isOnPicture(event))) stop(event, toggle(row, event.shiftKey));
  press = null;
}

// A finger opens the conversation, until the first one is selected.
const isOnPicture = ({ target, pointerType }) => target.matches(".row-avatar") && (pointerType === "mouse" || names().length);

function stop(event) {
  event.preventDefault();
  event.stopPropagation();
}

function touch({ pointerType, target, clientX: x, clientY: y }) {
  const row = pointerType === "touch" && rowOf(target);
  press = row ? { x, y, timer: setTimeout(hold, LONG_PRESS, row) } : null;
}

function hold(row) {
  press.isLong = true;
  navigator.vibrate?.(10);
  toggle(row);
}

function move({ clientX, clientY }) {
  if (press && Math.hypot(clientX - press.x, clientY - press.y) > SLIP) release();
}

const release = () => clearTimeout(press?.timer);

queue.addEventListener("click", click, true);
queue.addEventListener("pointerdown", touch);
queue.addEventListener("pointermove", move);
for (const end of ["pointerup", "pointercancel"]) queue.addEventListener(end, release);
queue.addEventListener("contextmenu", (event) => press?.isLong && event.preventDefault());
queue.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault()); // which would select text
document.addEventListener("keydown", ({ key, target }) => {
  if (key === "Escape" && target.closest("#queue, bulk-bar") && !document.querySelector("dialog[open]")) deselect();
});
watchSelection(({ detail }) => showBar(detail));
