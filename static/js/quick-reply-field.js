// The quick replies under the next reply: buttons of which the customer taps one. Enter adds the typed title, Backspace
// removes the last one, Escape leaves the field. A form has one title in a line.

export const titlesIn = (lines = "") => lines.split("\n").filter(Boolean);

export class QuickReplyField {
  constructor(composer) {
    this.composer = composer;
    this.bar = composer.querySelector(".composer-quick-replies");
    this.list = this.bar.querySelector("ul");
    this.field = this.bar.querySelector("input");
    this.count = this.bar.querySelector("small");
    this.input = composer.form.elements.quick_replies;
    this.whole = composer.parentElement;
    composer.querySelector("[data-opens=quick-replies]").onclick = this.open;
    this.field.addEventListener("keydown", this.press);
    this.field.addEventListener("input", () => this.complain(this.field.value.trim()));
    this.bar.querySelector("[data-verb=close]").onclick = this.close;
    this.whole.addEventListener("canned-reply-inserted", this.insert);
    composer.addEventListener("submit", this.hold, true);
    this.show(this.value);
  }

  leave() {
    this.whole.removeEventListener("canned-reply-inserted", this.insert);
  }

  get value() {
    return this.input.value;
  }

  show(value = "") {
    const titles = titlesIn(value);
    this.input.value = value;
    this.list.replaceChildren(...titles.map((title) => this.item(title)));
    this.count.textContent = titles.length ? `${titles.length} / ${this.bar.dataset.most}` : "";
    this.bar.hidden = !value && !this.isOpen;
  }

  item(title) {
    const item = this.bar.querySelector("template").content.firstElementChild.cloneNode(true);
    const remove = item.querySelector("button");
    item.querySelector("span").textContent = title;
    remove.setAttribute("aria-label", `${remove.title}: ${title}`);
    remove.onclick = () => this.keep(titlesIn(this.value).filter((other) => other !== title));
    return item;
  }

  open = () => {
    this.isOpen = true;
    this.show(this.value);
    this.field.focus();
  };

  // The cross removes all of them, Escape none.
  close = () => {
    this.isOpen = false;
    this.field.value = "";
    this.keep([]);
    this.composer.field.focus();
  };

  keep(titles) {
    this.show(titles.join("\n"));
    this.composer.keep();
    if (!this.bar.hidden) this.field.focus();
  }

  press = (event) => {
    const verb = { Enter: this.enter, Escape: this.escape, Backspace: this.takeLast }[event.key];
    if (event.isComposing || !verb || (event.key === "Backspace" && this.field.value)) return;
    event.preventDefault();
    verb();
  };

  enter = () => (this.field.value.trim() ? this.addTyped() : this.composer.field.focus());

  escape = () => {
    this.isOpen = false;
    this.show(this.value);
    this.composer.field.focus();
  };

  takeLast = () => this.keep(titlesIn(this.value).slice(0, -1));

  // Return whether nothing is left in the field.
  addTyped() {
    const title = this.field.value.trim();
    if (title && !this.complain(title)) {
      this.field.value = "";
      this.keep([...titlesIn(this.value), title]);
    }
    return !this.field.value.trim();
  }

  // Add the quick replies of a canned reply.
  insert = ({ detail: { reply } }) => this.putBack(reply.quick_replies);

  putBack(lines) {
    const { most, tooMany } = this.bar.dataset;
    const titles = [...new Set([...titlesIn(lines), ...titlesIn(this.value)])];
    this.show(titles.slice(0, most).join("\n"));
    this.composer.keep();
    if (titles.length > most) this.composer.complain(tooMany);
  }

  // Return the sentence that says why this title cannot be added, if there is one.
  complain(title) {
    const { most, longest, tooMany, tooLong, twice } = this.bar.dataset;
    const titles = titlesIn(this.value);
    const isOver = title && titles.length >= most;
    const problem = title.length > longest ? tooLong.replace("#", title.length - longest) : titles.includes(title) ? twice : isOver ? tooMany : "";
    this.field.ariaInvalid = problem ? true : null;
    this.composer.complain(problem);
    return problem;
  }

  // A title that is still in the field is sent too. Only a text can have quick replies.
  hold = (event) => {
    const isAdded = this.addTyped();
    if (isAdded && (!this.value || this.composer.field.value.trim())) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (isAdded) this.composer.complain(this.bar.dataset.alone);
  };

  // Return what goes into the outbox.
  take() {
    const { value } = this;
    if (this.bar.contains(document.activeElement)) this.composer.field.focus();
    this.isOpen = false;
    this.show("");
    return { quickReplies: value };
  }
}
