// The message that the next reply quotes. Reply on a message chooses it, a bar above the field shows it, Escape takes it back.

export class ReplyQuote {
  constructor(composer) {
    this.composer = composer;
    this.bar = composer.querySelector(".reply-quote");
    this.input = composer.form.elements.reply_to;
    this.pane = composer.closest(".conversation");
    this.bar.querySelector("button").onclick = this.cancel;
    composer.field.addEventListener("keydown", this.press);
    this.pane.addEventListener("click", this.choose);
    document.addEventListener("thread-changed", this.look);
    this.show(this.value);
  }

  leave() {
    this.pane.removeEventListener("click", this.choose);
    document.removeEventListener("thread-changed", this.look);
  }

  // The key of the message, "" for none.
  get value() {
    return this.input.value;
  }

  choose = ({ target }) => {
    const button = target.closest("[data-reply-to]");
    if (!button) return;
    document.getElementById("tab-reply").click();
    this.show(button.dataset.replyTo);
    this.composer.keep();
    this.composer.field.focus();
  };

  show(key = "") {
    const button = buttonOf(key);
    this.input.value = key;
    this.bar.hidden = !key;
    this.bar.querySelector(".reply-quote-name").textContent = button?.closest(".message").querySelector(".message-sender").innerText ?? "";
    this.bar.querySelector(".reply-quote-words").textContent = button?.dataset.words ?? this.bar.dataset.earlier;
  }

  // Return the quote for the outbox, with the words that it shows.
  take() {
    const quote = this.value ? { replyTo: this.value, quoted: this.bar.querySelector(".reply-quote-words").textContent } : {};
    this.show("");
    return quote;
  }

  cancel = () => {
    this.show("");
    this.composer.keep();
    this.composer.field.focus();
  };

  press = (event) => {
    if (event.key !== "Escape" || this.bar.hidden) return;
    event.preventDefault();
    this.cancel();
  };

  // The customer may unsend the message meanwhile. A message of an older page is not here.
  look = () => {
    if (!this.value || buttonOf(this.value) || !document.getElementById(`message-${this.value}`)) return;
    this.show("");
    this.composer.keep();
    this.composer.complain(this.bar.dataset.gone);
  };
}

const buttonOf = (key) => document.querySelector(`[data-reply-to="${key}"]`);
