// A button of a verb shows that it is busy, cannot be pressed twice, and says where it was pressed that it failed. A form with
// hx-sync may be sent again meanwhile.

const VERB = "form, .button-link";

const verbOf = ({ ctx }) => (ctx.sourceElement.matches(VERB) ? ctx.sourceElement : null);

document.addEventListener("htmx:before:request", (event) => {
  const verb = verbOf(event.detail);
  if (!verb) return;
  if (verb.ariaBusy === "true" && !verb.hasAttribute("hx-sync")) return event.preventDefault();
  verb.ariaBusy = "true";
  verb.since = performance.now();
  if (verb.nextElementSibling?.matches(".problem-of-verb")) verb.nextElementSibling.remove();
});

document.addEventListener("htmx:finally:request", ({ detail }) => {
  verbOf(detail)?.removeAttribute("aria-busy");
  if (verbOf(detail) && detail.ctx.response?.status < 400) forget(verbOf(detail).since);
});

// What failed before this moment: by now the console answers.
function forget(moment) {
  for (const problem of document.querySelectorAll(".problem-of-verb")) if (problem.since < moment) problem.remove();
}

function complain(ctx, template) {
  const verb = verbOf({ ctx });
  if (!verb?.isConnected) return;
  const problem = document.getElementById(template).content.firstElementChild.cloneNode(true);
  problem.since = performance.now();
  verb.after(problem);
}

document.addEventListener("unanswered", ({ detail: { ctx } }) => complain(ctx, "verb-failed"));
document.addEventListener("gone", ({ detail: { ctx } }) => complain(ctx, "verb-gone"));
