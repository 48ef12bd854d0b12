// Moves the focus when the focused element is gone, or when a key opened something elsewhere.

let rowBefore; // of the More that is being swapped away

const more = ({ detail }) => detail.ctx.sourceElement.closest?.(".queue-more");

document.addEventListener("htmx:before:swap", (event) => {
  if (more(event)) rowBefore = more(event).previousElementSibling;
});

document.addEventListener("htmx:after:swap", ({ detail }) => {
  const { sourceElement, sourceEvent, response } = detail.ctx;
  if (sourceElement.matches(".row") && sourceEvent?.detail === 0) toPane(); // a click without a mouse
  if (sourceElement.closest("#undo") && response.status < 400) toPane(); // what was pressed is gone
  if (rowBefore) setTimeout(toFirstNew, 0, rowBefore); // the next More gets it first, if there is one
  if (rowBefore) document.body.dispatchEvent(new CustomEvent("queue-incomplete")); // in place of the refresh that More cut short
  rowBefore = null;
});

export function toPane() {
  const pane = document.getElementById("pane");
  if (!pane.contains(document.activeElement)) pane.focus();
}

function toFirstNew(row) {
  if (document.activeElement === document.body) row.nextElementSibling?.querySelector("a")?.focus();
}
