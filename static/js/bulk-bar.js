// The bar below the queue while conversations are selected: it applies a verb to all of them, some in each request, and says
// what became of each.

import { ask, get } from "./answer.js";
import { collect, complain, noOutcomes, report } from "./bulk-outcomes.js";
import { deselect, focusAfter, limit, names, sectionOfSelection, select } from "./bulk-selection.js";
import { parse, post } from "./csrf.js";
import { titleOf } from "./section-title.js";

const address = document.querySelector("queue-rows").dataset.bulkActions;

let loading = null;

// A bar that could not be loaded is asked for again by the next selection.
export async function showBar(change) {
  if (!change.number && !loading) return;
  loading ??= load();
  const bar = await loading;
  if (bar) bar.show(change);
  else loading = null;
}

async function load() {
  const answer = await get(address);
  if (!answer?.ok) return null;
  document.querySelector(".desk-notices").before(parse(answer.body));
  return document.querySelector("bulk-bar");
}

class BulkBar extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.addEventListener("click", ({ target }) => this.press(target.closest("button")));
    this.dialog.addEventListener("submit", this.submit);
    this.dialog.addEventListener("close", () => this.dialog.replaceChildren());
  }

  show({ name, isSelected }) {
    const { dataset } = this;
    const [isFull, number] = [limit(dataset.mostSelected) > 0, names().length];
    this.hidden = !number && !this.ariaBusy;
    this.querySelector(".bulk-bar-number").textContent = dataset.number.replace("#", number);
    this.querySelector(".bulk-bar-full").hidden = !isFull;
    const said = isFull ? dataset.full : name ? (isSelected ? dataset.selected : dataset.deselected) : dataset.number;
    this.querySelector(".bulk-bar-said").textContent = said.replace("#", number).replace("@", () => name);
    const [all, section] = [this.querySelector(".bulk-bar-all"), sectionOfSelection()];
    all.hidden = !section;
    if (section) all.textContent = dataset.all.replace("@", () => titleOf(section));
  }

  press(button) {
    if (!button || this.ariaBusy) return;
    if (button.matches(".bulk-bar-clear")) this.clear();
    else if (button.matches(".bulk-bar-all")) this.selectAll(button.dataset.url);
    else if (button.dataset.verb === "cancel") this.dialog.close();
    else if (button.ariaHasPopup) this.open(button.dataset.url);
    else if (button.dataset.url) this.apply(button.dataset.url);
  }

  clear() {
    focusAfter([]);
    deselect();
  }

  async selectAll(url) {
    const section = sectionOfSelection()?.id.replace("section-", "");
    const answer = await this.busily(() => get(`${url}${section}/`));
    if (answer?.ok) select(JSON.parse(answer.body));
    else complain(this.querySelector(".bulk-bar-verbs"));
  }

  async open(url) {
    const query = new URLSearchParams(names().map((name) => ["conversation", name]));
    const form = () => Promise.all([get(`${url}?${query}`), import("./dialog.js").catch(() => null)]);
    const [answer] = await this.busily(form);
    if (answer?.ok) this.fill(answer.body);
    else complain(this.querySelector(".bulk-bar-verbs"));
  }

  fill(html) {
    this.dialog.replaceChildren(parse(html));
    for (const box of this.dialog.querySelectorAll("[data-some]")) {
      box.indeterminate = true;
      box.onchange = () => (box.closest("li").querySelector("[name=before]").disabled = false);
    }
    if (!this.dialog.open) this.dialog.showModal();
  }

  submit = (event) => {
    event.preventDefault();
    const fields = [...new FormData(event.target)];
    const url = event.target.getAttribute("action");
    this.dialog.close();
    this.apply(url, fields);
  };

  async apply(url, fields = []) {
    const outcomes = await this.busily(() => this.send(url, fields, names()));
    if (outcomes.tried.length || !outcomes.form) this.settle(outcomes);
    if (outcomes.form) this.fill(outcomes.form);
  }

  settle(outcomes) {
    if (this.contains(document.activeElement) || document.activeElement === document.body)
      focusAfter(outcomes.undoUrl ? outcomes.done : []);
    deselect(outcomes.tried);
    report(this, outcomes, (offer) => this.undo(offer, outcomes));
  }

  async undo(offer, { undoUrl, undo }) {
    offer.querySelector("form").ariaBusy = "true";
    const outcomes = await this.busily(() => this.send(undoUrl, [], undo));
    if (offer.contains(document.activeElement)) focusAfter([]);
    offer.remove();
    report(this, outcomes);
  }

  // One request after another, each for some of the conversations.
  async send(url, fields, all) {
    const [outcomes, most] = [noOutcomes(), Number(this.dataset.most)];
    for (let at = 0; at < all.length; at += most) {
      this.progress(at, all.length);
      const some = all.slice(at, at + most);
      const answer = await ask(post(url, [...fields, ...some.map((name) => ["conversation", name])]));
      if (answer?.status === 422) return { ...outcomes, form: answer.body };
      if (!answer?.ok) return { ...outcomes, isUnanswered: true };
      collect(outcomes, parse(answer.body).firstElementChild, some);
    }
    return outcomes;
  }

  progress(done, all) {
    const progress = this.querySelector("progress");
    Object.assign(progress, { max: all, value: done }).parentElement.hidden = false;
    progress.nextElementSibling.textContent = this.dataset.progress.replace("#", done).replace("@", all);
  }

  async busily(work) {
    this.ariaBusy = "true";
    try {
      return await work();
    } finally {
      this.ariaBusy = null;
      this.querySelector(".bulk-bar-progress").hidden = true;
    }
  }
}

customElements.define("bulk-bar", BulkBar);
