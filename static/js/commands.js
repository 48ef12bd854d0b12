// All that an agent can do at the desk at this moment. Each command presses a button or a link that stands there, as a click does.

import { elementsAt } from "./answer.js";
import { knownReplies, loadReplies } from "./canned-list.js";
import { prepared } from "./canned-search.js";
import { titleOf } from "./section-title.js";

const PRESSED = {
  selection: "bulk-bar:not([hidden]) .bulk-bar-verbs button",
  conversation: `#header form button, #header .button-link, #label, .customer-panel-switch a, .composer-switch-tab, .composer-later,
    .composer-foot-verbs > *, .composer-voice-begin`,
  desk: "#undo form button, keyboard-shortcuts form button, #presence button",
  menu: "#menu a, #menu form:not(:has(label)) button",
};
const MOST_CUSTOMERS = 8;

const wordsOf = (element) => (element.ariaLabel ?? element.textContent).trim().replace(/\s+/g, " ");
const command = (group, label, run, more = {}) =>
  prepared({ shortcut: label, folder: group, text: more.text ?? "", key: more.key ?? "", run });

function press(element) {
  element.focus();
  element.click();
}

// words: the names of the groups, of the palette.
export function commandsOfDesk(words) {
  const [found, keys] = [[], document.querySelector("keyboard-shortcuts")];
  for (const [group, selector] of Object.entries(PRESSED))
    for (const element of [...document.querySelectorAll(selector)].filter(keys.canBePressed))
      found.push(command(words[group], wordsOf(element), () => press(element), { key: keyOf(element) }));
  return [...found, ...sections(words.queue, keys), ...settings(words.menu)];
}

const keyOf = (element) => element.getAttribute("aria-keyshortcuts")?.split(" ")[0];

function sections(group, keys) {
  const shown = [...document.querySelectorAll("#queue .queue-section")].filter((section) => section.checkVisibility());
  return shown.map((section) => command(group, titleOf(section), () => keys.goTo(section.id.replace("section-", ""))));
}

// A setting is chosen in the menu.
function settings(group) {
  const menu = document.getElementById("menu");
  const open = ({ control }) => {
    menu.showPopover();
    control.focus();
  };
  return [...menu.querySelectorAll("label")].map((label) => command(group, wordsOf(label), () => open(label)));
}

// The receivers are those of the form: it opens with one of them chosen.
export async function receivers({ colleague, conversation }) {
  const link = document.getElementById("verb-transfer");
  if (!link) return [];
  const choices = [...(await elementsAt(link.href)).querySelectorAll("[name=to]")];
  return choices.map((choice) => {
    const name = choice.closest("label").querySelector(".dialog-form-name").textContent;
    return command(conversation, colleague.replace("@", () => name), () => transferTo(link, choice.value));
  });
}

function transferTo(link, value) {
  link.addEventListener("htmx:finally:request", () => chooseReceiver(link.pathname, value), { once: true });
  press(link);
}

// The form may not have come, or be that of another conversation by now.
function chooseReceiver(path, value) {
  const choice = document.querySelector(`#dialog-form form[action="${path}"] [name=to][value="${value}"]`);
  if (!choice) return;
  choice.click();
  choice.form.querySelector("[type=submit]").focus();
}

// links: a place where the links stay until they are pressed.
export async function customers({ customer }, query, links) {
  const results = await elementsAt(`${document.querySelector(".search-form").action}?${new URLSearchParams({ q: query })}`);
  const found = [...results.querySelectorAll(".search-group-customer")].slice(0, MOST_CUSTOMERS);
  links.replaceChildren(...found);
  htmx.process(links);
  return found.map((link) =>
    command(customer, link.querySelector(".search-group-name").textContent, () => open(link), { text: query }));
}

function open(link) {
  link.click();
  document.getElementById("pane").focus();
}

export async function cannedReplies({ canned }) {
  const list = document.querySelector("canned-replies");
  if (!list || document.querySelector(".composer-field").readOnly) return [];
  await Promise.all([import("./canned-replies.js"), knownReplies(list.dataset.url) ?? loadReplies(list.dataset.url)]).catch(() => null);
  return (knownReplies(list.dataset.url) ?? []).map((reply) =>
    command(canned, `/${reply.shortcut}`, () => insert(list, reply), { text: reply.text }));
}

// As if it were chosen in the list that "/" opens at the end of what is written.
function insert(list, reply) {
  document.getElementById("tab-reply").click();
  const start = list.field.textLength;
  list.field.focus();
  list.field.setSelectionRange(start, start);
  document.execCommand("insertText", false, "/");
  Object.assign(list, { start, query: "" }).insert(reply);
}
