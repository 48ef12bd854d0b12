// The colleagues whom a note can mention. An @ in the field of its form opens the list, and what follows narrows it down.

import { headers, isOurs } from "./csrf.js";

const NAMING = /(?:^|[\s(])@([^@\n]{0,50})$/; // before the caret

class MentionList extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector("[role=listbox]");
    this.form = this.closest("form");
    this.field = this.form.querySelector("textarea");
    this.field.setAttribute("aria-autocomplete", "list");
    this.field.setAttribute("aria-controls", this.list.id);
    this.field.addEventListener("input", this.look);
    this.field.addEventListener("click", this.look);
    this.field.addEventListener("blur", this.close);
    this.form.addEventListener("keydown", this.press, true); // before Enter adds the note, or Escape closes the dialog
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
    this.list.addEventListener("click", ({ target }) => this.take(target.closest("[role=option]")));
  }

  get named() {
    const { value, selectionStart } = this.field;
    return value.slice(0, selectionStart).match(NAMING)?.[1];
  }

  get options() {
    return [...this.list.children].filter((option) => !option.hidden);
  }

  get active() {
    return this.list.querySelector("[aria-selected=true]");
  }

  look = async () => {
    if (this.named === undefined) return this.close();
    await (this.loading ??= this.load());
    const { named } = this;
    if (named === undefined || document.activeElement !== this.field) return this.close();
    for (const option of this.list.children) option.hidden = !isNamed(option.dataset.name, named);
    const { options } = this;
    this.list.hidden = options.length === 0;
    this.querySelector("[role=status]").textContent = options.length ? this.dataset.found.replace("#", options.length) : "";
    this.activate(options[0]);
  };

  // Load the colleagues once, while the conversation is open. Without an answer a name can be typed in full.
  async load() {
    const response = await fetch(this.dataset.url, { headers: headers() }).catch(() => null);
    if (!response?.ok || !isOurs(response)) return (this.loading = null);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    this.list.replaceChildren(...page.querySelectorAll("[role=option]"));
    [...this.list.children].forEach((option, number) => (option.id = `${this.list.id}-${number}`));
  }

  activate(chosen) {
    for (const option of this.list.children) option.ariaSelected = option === chosen;
    if (chosen) this.field.setAttribute("aria-activedescendant", chosen.id);
    else this.field.removeAttribute("aria-activedescendant");
    chosen?.scrollIntoView({ block: "nearest" });
  }

  close = () => {
    this.list.hidden = true;
    this.querySelector("[role=status]").textContent = "";
    this.activate(null);
  };

  press = (event) => {
    if (this.list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown") this.move(1);
    else if (event.key === "ArrowUp") this.move(-1);
    else if (event.key === "Enter") this.take(this.active);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  move(step) {
    const { options } = this;
    this.activate(options.at((options.indexOf(this.active) + step) % options.length));
  }

  take(option) {
    if (!option) return;
    const end = this.field.selectionStart;
    this.field.setRangeText(`${option.dataset.name} `, end - this.named.length, end, "end");
    this.close();
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

// Return whether the name, or one of its words, begins with the query.
function isNamed(name, begin) {
  const names = [name, ...name.split(" ")].map((word) => word.toLowerCase());
  return names.some((word) => word.startsWith(begin.toLowerCase()));
}

customElements.define("mention-list", MentionList);
