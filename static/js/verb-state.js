// A button of a verb shows that it is busy, cannot be pressed twice, and says where it was pressed that it failed. A form with
// hx-sync may be sent again meanwhile.

const VERB = "form, .button-link";

const verbOf = ({ ctx }) => (ctx.sourceElement.matches(VERB) ? ctx.sourceElement : null);

document.addEventListener("htmx:before:request", (event) => {
  const verb = verbOf(event.detail);
  if (!verb) return;
  if (verb.ariaBusy === "true" && !verb.hasAttribute("hx-sync")) return event.preventDefault();
  verb.ariaBusy = "true";
  if (verb.nextElementSibling?.matches(".problem-of-verb")) verb.nextElementSibling.remove();
});

document.addEventListener("htmx:finally:request", ({ detail }) => {
  verbOf(detail)?.removeAttribute("aria-busy");
  if (verbOf(detail) && detail.ctx.response?.status < 400) forget();
});

// What failed before: by now the console answers.
const forget = () => document.querySelectorAll(".problem-of-verb").forEach((problem) => problem.remove());

function complain(ctx, template) {
  const verb = verbOf({ ctx });
  if (verb?.isConnected) verb.after(document.getElementById(template).content.firstElementChild.cloneNode(true));
}

document.addEventListener("unanswered", ({ detail: { ctx } }) => complain(ctx, "verb-failed"));
document.addEventListener("gone", ({ detail: { ctx } }) => complain(ctx, "verb-gone"));
