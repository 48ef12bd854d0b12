// Moves the focus when the focused element is gone, or when a key opened something elsewhere.

let rowBefore; // of the More that is being swapped away, if it was pressed or had the focus

const more = ({ detail }) => detail.ctx.sourceElement.closest?.(".queue-more");

// Rows that come as one scrolls leave the focus alone.
const wasUsed = ({ sourceElement, sourceEvent }) => sourceEvent?.isTrusted || sourceElement === document.activeElement;

document.addEventListener("htmx:before:swap", (event) => {
  if (more(event) && wasUsed(event.detail.ctx)) rowBefore = more(event).previousElementSibling;
});

document.addEventListener("htmx:after:swap", ({ detail }) => {
  const { sourceElement, sourceEvent, response } = detail.ctx;
  if (sourceElement.matches(".row") && sourceEvent?.detail === 0) toPane(); // a click without a mouse
  if (sourceElement.closest("#undo") && response.status < 400) toPane(); // what was pressed is gone
  if (rowBefore) setTimeout(toFirstNew, 0, rowBefore); // the next More gets it first, if there is one
  rowBefore = null;
});

export function toPane() {
  const pane = document.getElementById("pane");
  if (!pane.contains(document.activeElement)) pane.focus();
}

function toFirstNew(row) {
  if (document.activeElement === document.body) row.nextElementSibling?.querySelector("a")?.focus();
}
