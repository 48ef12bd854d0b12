// The draft of the open conversation. Each key stores it in this browser, and a second after the last one it is saved at
// the console, for all devices of the agent. A newer draft of another device replaces it only if nothing was typed here
// since.

import { agent, headers, isOurs, post } from "./csrf.js";

const SAVE_AFTER = 1_000; // ms without a key …
const SAVE_EVERY = 5_000; // … and at the latest, while keys go on
const AGAIN = 3_000; // ms, when the console could not be reached

export class Draft {
  constructor(composer) {
    const { conversation, draftUrl } = composer.dataset;
    Object.assign(this, { composer, conversation, url: draftUrl, field: composer.field });
    this.name = `draft-${agent}-${conversation}`;
    this.newer = composer.querySelector(".composer-notice-draft");
    document.body.addEventListener("live-draft", this.changed);
    document.body.addEventListener("live-hello", this.read);
  }

  // Text that was not saved when the page went away comes before the console's.
  load() {
    this.saved = this.current;
    this.version = Number(this.field.dataset.draft);
    const kept = JSON.parse(localStorage.getItem(this.name));
    if (!kept || isSame(kept, this.saved)) return;
    const newest = { ...this.saved, version: this.version };
    Object.assign(this, { saved: null, version: kept.version });
    this.field.value = kept.text;
    this.composer.quote.show(kept.replyTo);
    this.composer.quickReplies.show(kept.quickReplies);
    if (newest.version > kept.version && newest.text) this.offer(newest);
    else this.saveSoon();
  }

  leave() {
    document.body.removeEventListener("live-draft", this.changed);
    document.body.removeEventListener("live-hello", this.read);
    if (this.isUnsaved) this.save();
  }

  get isUnsaved() {
    return !isSame(this.current, this.saved);
  }

  get current() {
    const { quote, quickReplies } = this.composer;
    return { text: this.field.value, replyTo: quote.value, quickReplies: quickReplies.value };
  }

  keep() {
    if (!this.isUnsaved) return localStorage.removeItem(this.name);
    this.keepHere({ ...this.current, version: this.version });
    this.saveSoon();
  }

  // If this browser has no room for it, the console still has.
  keepHere(kept) {
    try {
      localStorage.setItem(this.name, JSON.stringify(kept));
    } catch {
      localStorage.removeItem(this.name);
    }
  }

  saveSoon(pause = this.field.value && this.composer.isConnected ? SAVE_AFTER : 0) {
    this.unsavedSince ??= Date.now();
    clearTimeout(this.saving);
    this.saving = setTimeout(this.save, Math.max(0, Math.min(pause, this.unsavedSince + SAVE_EVERY - Date.now())));
  }

  // Save one after another: each save names the version that the one before it made.
  save = async () => {
    clearTimeout(this.saving);
    if (this.isSaving) return;
    this.isSaving = true;
    const { current } = this;
    const { text, replyTo, quickReplies } = current;
    const fields = { text, reply_to: replyTo, quick_replies: quickReplies, after: this.version };
    const response = await post(this.url, fields).catch(() => null);
    this.isSaving = false;
    this.unsavedSince = undefined;
    if (!response || !isOurs(response) || response.status >= 500) return this.saveAgain();
    await this.answered(response, current);
  };

  saveAgain() {
    clearTimeout(this.saving);
    if (this.composer.isConnected) this.saving = setTimeout(this.save, AGAIN);
  }

  async answered(response, saved) {
    const version = Number(response.headers.get("X-Draft"));
    if (response.status === 409) return this.offer(await draftIn(response));
    if (!response.ok) return;
    Object.assign(this, { saved, version });
    this.keep(); // what was typed meanwhile, also just before the agent looked elsewhere
  }

  changed = ({ detail: { words } }) => {
    if (words[0] === this.conversation && Number(words[1]) !== this.version) this.read();
  };

  read = async () => {
    if (this.isSaving || this.isUnsaved) return; // its answer says if there is a newer one
    const response = await fetch(this.url, { headers: headers() }).catch(() => null);
    if (!response?.ok || !isOurs(response)) return;
    const newest = await draftIn(response);
    if (newest.version === this.version || this.isSaving || this.isUnsaved) return;
    this.use(newest);
  };

  use({ version, ...saved }) {
    Object.assign(this, { saved, version });
    this.newer.hidden = true;
    this.composer.quote.show(saved.replyTo);
    this.composer.quickReplies.show(saved.quickReplies);
    this.composer.write(saved.text);
  }

  // Let the agent decide. If they go on typing here, their text replaces the other one.
  offer(newest) {
    this.version = newest.version;
    this.newer.hidden = false;
    this.newer.querySelector("q").textContent = newest.text;
    this.newer.querySelector("button").onclick = () => this.use(newest);
  }
}

const isSame = (one, other) => ["text", "replyTo", "quickReplies"].every((name) => one[name] === other?.[name]);

async function draftIn(response) {
  const { headers } = response;
  const about = { replyTo: headers.get("X-Reply-To") ?? "", quickReplies: decodeURIComponent(headers.get("X-Quick-Replies") ?? "") };
  return { text: await response.text(), ...about, version: Number(headers.get("X-Draft")) };
}
