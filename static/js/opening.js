// A conversation that is being opened. The one that still stands in the pane cannot be pressed meanwhile; of two that
// were asked for, the last one opens. verb-state.js marks the link that was pressed, and says there if it failed.

let opening = null; // the request, as htmx knows it

const isOpening = ({ target, request }) => target?.id === "pane" && request.method === "GET";

document.addEventListener("htmx:before:request", ({ defaultPrevented, detail: { ctx } }) => {
  if (defaultPrevented || !isOpening(ctx)) return;
  opening?.request.abort();
  opening = ctx;
  for (const shown of ctx.target.children) shown.inert = true;
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (ctx !== opening) return;
  opening = null;
  for (const shown of ctx.target.children) shown.inert = false;
});
