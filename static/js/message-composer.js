// Where the agent writes. Enter sends, Shift+Enter breaks the line. A message leaves the field at once and goes out after
// those before it; each has a key, so trying again after a lost connection cannot send it twice. What the console refuses
// comes back into the field. While keys move the server is told, for the customer's typing dots.

const TELL_EVERY = 10_000; // ms between two words to the server that keys move
const STOPPED_AFTER = 5_000; // ms without a key
const TRIES = 4;

class MessageComposer extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.field = this.querySelector("textarea");
    this.problem = this.querySelector(".problem");
    this.draft = `draft-${this.dataset.conversation}`;
    this.outbox = Promise.resolve();
    this.waiting = 0;
    this.form.addEventListener("submit", this.submit);
    this.field.addEventListener("keydown", this.enter);
    this.field.addEventListener("input", this.input);
    this.field.addEventListener("blur", this.stop);
    // A click on Send must not leave the field first: that would end the dots before the message does.
    this.querySelector("button").addEventListener("mousedown", (event) => event.preventDefault());
    addEventListener("beforeunload", this.warn);
    this.show(sessionStorage.getItem(this.draft) ?? "");
    if (matchMedia("(pointer: fine)").matches) this.field.focus();
  }

  disconnectedCallback() {
    removeEventListener("beforeunload", this.warn);
    this.stop();
  }

  enter = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.form.requestSubmit();
  };

  submit = (event) => {
    event.preventDefault();
    const text = this.field.value.trim();
    if (!text) return;
    this.show("");
    this.isTyping = false; // the message itself ends the dots, and what follows begins anew
    this.toldAt = 0;
    clearTimeout(this.idle);
    this.count(1);
    this.outbox = this.outbox.then(() => this.post(text)).finally(() => this.count(-1));
  };

  async post(text) {
    const key = newKey();
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const response = await this.call(this.form.action, { text, key });
      if (response?.status < 500) return this.answered(response, text);
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** attempt));
    }
    this.giveBack(text, this.dataset.lost);
  }

  async answered(response, text) {
    if (response.headers.has("HX-Redirect")) return location.reload();
    const problem = (await response.text()).trim();
    if (!response.ok) return this.giveBack(text, problem);
    this.problem.textContent = "";
    document.body.dispatchEvent(new CustomEvent(`live-conversation-${this.dataset.conversation}`));
  }

  giveBack(text, problem) {
    this.show([text, this.field.value].filter(Boolean).join("\n"));
    this.problem.textContent = problem;
  }

  show(text) {
    this.field.value = text;
    this.keep();
  }

  // A draft outlives a visit to another conversation. The field grows with it.
  keep() {
    if (this.field.value) sessionStorage.setItem(this.draft, this.field.value);
    else sessionStorage.removeItem(this.draft);
    this.field.rows = Math.min(8, this.field.value.split("\n").length);
  }

  count(step) {
    this.waiting += step;
    this.querySelector("output").textContent = this.waiting ? "…" : "";
  }

  warn = (event) => this.waiting && event.preventDefault();

  // Typing

  input = () => {
    this.keep();
    clearTimeout(this.idle);
    if (!this.field.value.trim()) return this.stop();
    this.idle = setTimeout(this.stop, STOPPED_AFTER);
    if (Date.now() - (this.toldAt ?? 0) < TELL_EVERY) return;
    this.toldAt = Date.now();
    this.isTyping = true;
    this.call(this.dataset.typingUrl, { on: 1 });
  };

  stop = () => {
    clearTimeout(this.idle);
    if (this.isTyping) this.call(this.dataset.typingUrl, { on: 0 });
    this.isTyping = false;
  };

  async call(url, fields) {
    const csrf = this.form.elements.csrfmiddlewaretoken.value;
    const options = { method: "POST", body: new URLSearchParams(fields), keepalive: true };
    try {
      return await fetch(url, { ...options, headers: { "HX-Request": "true", "X-CSRFToken": csrf } });
    } catch {
      return null;
    }
  }
}

// crypto.randomUUID exists under https only.
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

customElements.define("message-composer", MessageComposer);
