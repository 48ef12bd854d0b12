// A conversation on its way into the pane. What stands there meanwhile is no longer meant, so it cannot be pressed; of two that
// were asked for, the last one comes. verb-state.js marks the link that was pressed, and says there if it failed.

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
