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

document.addEventListener("htmx:finally:request", ({ detail }) => verbOf(detail)?.removeAttribute("aria-busy"));

document.addEventListener("unanswered", ({ detail: { ctx } }) => {
  const verb = verbOf({ ctx });
  if (!verb?.isConnected) return;
  const problem = document.getElementById("verb-failed").content.firstElementChild.cloneNode(true);
  verb.after(problem);
});
