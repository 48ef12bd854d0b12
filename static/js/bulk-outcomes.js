// The outcomes of a bulk action, in a corner of the desk, with one Undo for all of them.

export const noOutcomes = () => ({ done: [], undo: [], refused: [], tried: [], words: "", undoUrl: "" });

// list: the outcomes of one request, for the conversations of these names.
export function collect(outcomes, list, names) {
  for (const { dataset } of list.querySelectorAll("[data-done]")) outcomes.done.push(dataset.done);
  for (const { dataset } of list.querySelectorAll("[data-undo]")) outcomes.undo.push(dataset.undo);
  outcomes.refused.push(...list.querySelectorAll("li:not([data-done], [data-undo])"));
  outcomes.tried.push(...names.map((name) => name.split("-")[0]));
  Object.assign(outcomes, { words: list.dataset.words, undoUrl: list.dataset.undoUrl });
}

export function report(bar, { done, undo, refused, words, isUnanswered }, takeBack) {
  const [offer, unanswered] = [...bar.querySelectorAll("template")].map(({ content }) => content.cloneNode(true).firstElementChild);
  const [sentence, form, list, dismiss] = ["p", "form", "ul", ".undo-offer-dismiss"].map((part) => offer.querySelector(part));
  const parts = [words.replace("#", done.length), bar.dataset.refused.replace("#", refused.length)];
  sentence.textContent = parts.slice(words ? 0 : 1, refused.length ? 2 : 1).join(" · ");
  list.append(...refused, ...(isUnanswered ? [unanswered] : []));
  if (!list.childElementCount) for (const part of [list, dismiss]) part.remove();
  if (!undo.length) form.remove();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    takeBack(offer);
  });
  document.getElementById("undo").append(offer);
  htmx.process(offer);
}

// Say beside an element that the console did not answer.
export function complain(beside) {
  const problem = document.getElementById("verb-failed").content.firstElementChild.cloneNode(true);
  if (beside.nextElementSibling.matches(".problem")) beside.nextElementSibling.remove();
  beside.after(problem);
}
