// A dialog with a field that finds everything the desk can do at this moment. The focus stays in the field, a combobox, and
// returns to where it was before.

import { elementsAt } from "./answer.js";
import { search } from "./canned-search.js";
import { cannedReplies, commandsOfDesk, customers, receivers } from "./commands.js";

const STEPS = { ArrowDown: 1, ArrowUp: -1 };
const MOST_SHOWN = 50;
const ASK_AFTER = 200; // ms
const OPENER = "[data-commands]";

class CommandPalette extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.field = this.querySelector("input");
    this.list = this.querySelector("ul");
    this.links = this.querySelector(".command-palette-links");
    this.field.addEventListener("input", this.type);
    this.field.addEventListener("keydown", this.press);
    this.list.addEventListener("click", ({ target }) => this.run(this.found[[...this.list.children].indexOf(target.closest("li"))]));
  }

  open() {
    if (document.querySelector("dialog[open]")) return;
    document.getElementById("menu").hidePopover();
    [this.desk, this.more, this.customers] = [commandsOfDesk(this.dataset), [], []];
    this.field.value = "";
    this.dialog.showModal();
    this.show();
    for (const load of [receivers, cannedReplies]) this.add(load(this.dataset));
  }

  async add(loading) {
    const { more } = this;
    more.push(...(await loading));
    this.show(this.active);
  }

  type = () => {
    this.customers = [];
    this.show();
    clearTimeout(this.asking);
    this.asking = setTimeout(() => this.ask(this.field.value.trim()), ASK_AFTER);
  };

  async ask(query) {
    const found = query ? await customers(this.dataset, query, this.links) : [];
    if (query !== this.field.value.trim()) return;
    this.customers = found;
    this.show(this.active);
  }

  // Customers that the console finds stand below, so that the option under the caret stays the one that was chosen.
  show(active = 0) {
    const query = this.field.value.trim();
    const known = search([...this.desk, ...(query ? this.more : [])], query);
    this.found = [...known.slice(0, MOST_SHOWN), ...this.customers];
    this.list.replaceChildren(...this.found.map((command, at) => this.option(command, at)));
    this.querySelector(".command-palette-none").hidden = this.found.length > 0;
    this.querySelector(".command-palette-said").textContent = this.dataset.found.replace("#", this.found.length);
    this.activate(Math.min(active, Math.max(this.found.length - 1, 0)));
  }

  option({ shortcut, folder, key }, at) {
    const option = this.querySelector("template").content.firstElementChild.cloneNode(true);
    option.id = `command-${at}`;
    for (const [part, words] of Object.entries({ label: shortcut, group: folder, key }))
      option.querySelector(`.command-option-${part}`).textContent = words;
    return option;
  }

  activate(at) {
    this.active = at;
    [...this.list.children].forEach((option, number) => (option.ariaSelected = number === at));
    this.field.setAttribute("aria-activedescendant", this.list.children[at]?.id ?? "");
    this.list.children[at]?.scrollIntoView({ block: "nearest" });
  }

  press = (event) => {
    const { key, isComposing } = event;
    if (isComposing) return;
    if (key in STEPS) this.activate((this.active + STEPS[key] + this.found.length) % (this.found.length || 1));
    else if (key === "Enter") this.run(this.found[this.active]);
    else return;
    event.preventDefault();
  };

  // As the dialog closes, the focus returns to where it was, and what was behind it can be used again. A command may move it on.
  run(command) {
    if (!command) return;
    this.dialog.close();
    setTimeout(command.run);
  }
}

customElements.define("command-palette", CommandPalette);

let loading = null;

export async function openPalette() {
  if (!document.querySelector("command-palette")) await (loading ??= load().finally(() => (loading = null)));
  document.querySelector("command-palette")?.open();
}

async function load() {
  document.body.append(await elementsAt(document.querySelector(OPENER).dataset.commands));
}

document.addEventListener("click", ({ target }) => target.closest(OPENER) && openPalette());
