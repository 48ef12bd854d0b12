// A question how it was, answered in a sheet: a score, and words if the Page wants them.

import { button, el, icon } from "../dom.js";
import { openSheet } from "../sheet.js";
import { card, cardHead } from "./card.js";

const SCORES = { csat: [1, 5], nps: [0, 10], ces: [1, 7] };
const TITLES = {
  csat: "How would you rate your experience?",
  nps: "How likely are you to recommend us to a friend?",
  ces: "How easy was it to solve your problem today?",
};

export function feedback(payload, acts) {
  const ask = button("", () => {
    const sent = (form) => {
      acts.sendEvent({ messaging_feedback: answers(payload.feedback_screens, form) }, "Feedback sent");
      ask.disabled = true;
      ask.textContent = "Feedback sent";
    };
    openSheet(payload.title, (close) => form(payload.feedback_screens, sent, close));
  }, {}, payload.button_title ?? "Rate");
  return [card(cardHead(payload), el("div.buttons", {}, ask))];
}

function form(screens, sent, close) {
  const questions = screens.flatMap(({ questions }) => questions);
  const element = el("form.questions", {}, ...questions.map(question), el("button.button.primary", {}, "Submit"));
  element.onsubmit = (event) => {
    event.preventDefault();
    close();
    sent(new FormData(element));
  };
  return element;
}

function question({ id, type, title, score_option, score_label, follow_up }) {
  const words = follow_up && el("textarea", { name: `${id}.more`, rows: 3, maxLength: 400, "aria-label": "Your words", placeholder: follow_up.placeholder ?? "" });
  if (!SCORES[type]) return el("label", {}, title ?? "Your words", el("textarea", { name: id, rows: 3, maxLength: 400, required: true }));
  const scores = el(`div.scores.${type}`, {}, ...choices(id, type, score_option));
  const ends = score_label === "neg_pos" || type !== "csat" ? el("p.ends", { ariaHidden: "true" }, el("span", {}, "Not at all"), el("span", {}, "Very")) : null;
  return el("fieldset", {}, el("legend", {}, title ?? TITLES[type]), scores, ends, words);
}

function choices(id, type, option) {
  const [least, most] = SCORES[type];
  const face = (score) => (type === "csat" && option !== "one_to_five" ? icon("star") : String(score));
  return Array.from({ length: most - least + 1 }, (_, place) => {
    const score = least + place;
    const choice = el("input", { type: "radio", name: id, value: score, required: true, "aria-label": `${score} of ${most}` });
    return el("label", {}, choice, el("span", {}, face(score)));
  });
}

function answers(screens, given) {
  const answer = ({ id, type }) => {
    const more = given.get(`${id}.more`);
    return [id, { type, payload: given.get(id), ...(more && { follow_up: { type: "free_form", payload: more } }) }];
  };
  return {
    feedback_screens: screens.map(({ questions }, place) => ({
      screen_id: String(place),
      questions: Object.fromEntries(questions.map(answer)),
    })),
  };
}
