// Moves the focus when the focused element is gone, or when a key opened something elsewhere.

let rowBefore; // of the More that is being swapped away
let isRefreshing, isCut; // the queue; and a request for more cut that short

const more = ({ detail }) => detail.ctx.sourceElement.closest?.(".queue-more");
const isQueue = ({ detail }) => detail.ctx.sourceElement.id === "queue";

document.addEventListener("htmx:before:request", (event) => {
  if (more(event)) isCut = isRefreshing;
  if (isQueue(event)) isRefreshing = true;
});

document.addEventListener("htmx:finally:request", (event) => {
  if (isQueue(event)) isRefreshing = false;
});

document.addEventListener("htmx:before:swap", (event) => {
  if (more(event)) rowBefore = more(event).previousElementSibling;
});

document.addEventListener("htmx:after:swap", ({ detail }) => {
  const { sourceElement, sourceEvent, response } = detail.ctx;
  if (sourceElement.matches(".row") && sourceEvent?.detail === 0) toPane(); // a click without a mouse
  if (sourceElement.closest("#undo") && response.status < 400) toPane(); // what was pressed is gone
  if (rowBefore) setTimeout(toFirstNew, 0, rowBefore); // the next More gets it first, if there is one
  if (rowBefore && isCut) document.body.dispatchEvent(new CustomEvent("queue-incomplete"));
  rowBefore = null;
});

export function toPane() {
  const pane = document.getElementById("pane");
  if (!pane.contains(document.activeElement)) pane.focus();
}

function toFirstNew(row) {
  if (document.activeElement === document.body) row.nextElementSibling?.querySelector("a")?.focus();
}
