// Asks for the queue again if a request for more rows has taken the place of a refresh, which then never came. Such a request has
// `end`: the end of the section that asked for it, which htmx forgets as it swaps it away.

let asked = 0; // refreshes
let shown = 0; // the number of the last one that came
const numbers = new WeakMap(); // context of a request → its number

const isQueue = ({ sourceElement }) => sourceElement.id === "queue";

// Before htmx lets it wait for another request, behind which it can be forgotten.
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  ctx.end = ctx.sourceElement.closest?.(".queue-more, .queue-earlier");
  if (isQueue(ctx)) numbers.set(ctx, ++asked);
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (isQueue(ctx) && ctx.status === "swapped") shown = numbers.get(ctx);
  if (ctx.end && shown < asked) document.body.dispatchEvent(new CustomEvent("queue-incomplete"));
});
