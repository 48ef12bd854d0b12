// A button of a verb shows that it is busy, cannot be pressed twice, and says where it was pressed that it failed; so does a link
// that opens a conversation or a form. A form with hx-sync may be sent again meanwhile.

const VERB = "form, .button-link, a:is([hx-target='#pane'], [hx-target='#dialog-form'])";

const READ_WITHIN = 20_000; // ms

let isAnswering = true;
const failed = new Map(); // verb → its sentence, the id that it had, and when it failed (ms)

const verbOf = ({ ctx }) => (ctx.sourceElement.matches(VERB) ? ctx.sourceElement : null);

document.addEventListener("htmx:before:request", (event) => {
  const verb = verbOf(event.detail);
  if (!verb) return;
  if (verb.ariaBusy === "true" && !verb.hasAttribute("hx-sync")) return event.preventDefault();
  verb.ariaBusy = "true";
  verb.since = performance.now();
  forget(verb);
});

// After a success, failures from before it was pressed are over: the console answers.
document.addEventListener("htmx:finally:request", ({ detail }) => {
  const verb = verbOf(detail);
  verb?.removeAttribute("aria-busy");
  if (!verb || !(detail.ctx.response?.status < 400)) return;
  for (const [other, { at }] of failed) if (at < verb.since) forget(other);
});

// The surroundings of a verb may be rendered anew for another reason: then its sentence stays, until the verb itself is
// gone.
document.addEventListener("htmx:after:swap", () => {
  for (const [verb, { problem, id }] of failed)
    if (!verb.isConnected || verb.id !== id) forget(verb);
    else if (!problem.isConnected) verb.after(problem);
});

function complain(ctx, template) {
  const verb = verbOf({ ctx });
  if (!verb?.isConnected) return;
  forget(verb);
  const problem = document.getElementById(template).content.firstElementChild.cloneNode(true);
  failed.set(verb, { problem, template, id: verb.id, at: performance.now() });
  verb.after(problem);
  setTimeout(() => isAnswering && forgetUnanswered(READ_WITHIN), READ_WITHIN);
}

// A sentence about a lost answer is not true once the console answers again. It stays long enough to be read, unless the browser
// itself was offline.
function forgetUnanswered(least) {
  for (const [verb, { template, at }] of failed)
    if (template === "verb-failed" && performance.now() - at >= least) forget(verb);
}

function forget(verb) {
  failed.get(verb)?.problem.remove();
  failed.delete(verb);
}

document.addEventListener("unanswered", ({ detail: { ctx } }) => {
  isAnswering = false;
  complain(ctx, "verb-failed");
});
document.addEventListener("answered", () => {
  isAnswering = true;
  forgetUnanswered(READ_WITHIN);
});
addEventListener("online", () => forgetUnanswered(0));
document.addEventListener("gone", ({ detail: { ctx } }) => complain(ctx, "verb-gone"));
