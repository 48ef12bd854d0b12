// A voice note: recorded, listened to, and sent as a file through the outbox. Until it is sent or deleted this browser keeps it,
// also while the agent looks at another conversation, and after the tab was closed.

import { agent } from "./csrf.js";
import { Microphone } from "./microphone.js";
import { KeptVoice } from "./kept-voice.js";
import { BYTES_PER_SECOND, decoded, play, wav } from "./wav.js";

const TICK = 100; // ms

class VoiceNote extends HTMLElement {
  connectedCallback() {
    this.composer = this.closest("message-composer");
    this.begin = this.closest("form").querySelector(".composer-voice-begin");
    this.kept = new KeptVoice(`${agent}-${this.composer.dataset.conversation}`);
    this.most = Math.floor(this.composer.dataset.fileMost / BYTES_PER_SECOND) - 1; // s
    this.begin.onclick = () => (this.isRecording ? this.stop() : this.record());
    for (const button of this.querySelectorAll("[data-verb]")) button.onclick = () => this[button.dataset.verb]();
    document.addEventListener("composer-changed", this.composerChanged);
    addEventListener("beforeunload", this.warn);
    this.restore();
  }

  disconnectedCallback() {
    document.removeEventListener("composer-changed", this.composerChanged);
    removeEventListener("beforeunload", this.warn);
    this.quiet?.();
    this.isRecording ? this.stop() : this.kept.free();
  }

  get isRecording() {
    return this.dataset.state === "recording";
  }

  composerChanged = () => this.isRecording && this.composer.isLocked && this.stop();
  warn = (event) => this.isRecording && event.preventDefault();

  async restore() {
    const parts = await this.kept.restore();
    if (this.isConnected && parts.length) this.offer(parts, this.dataset.before);
    else if (!this.dataset.state) this.kept.free(); // if it is not being recorded by now
  }

  async record() {
    if (this.dataset.state || this.composer.isLocked) return;
    this.composer.complain("");
    this.dataset.state = "asking";
    try {
      await this.kept.begin();
      this.microphone = await Microphone.open((part) => this.kept.add(part), this.stopped);
    } catch (error) {
      this.kept.free();
      this.dataset.state = "";
      return this.composer.complain(this.dataset[error.name.toLowerCase()] ?? this.dataset.failed);
    }
    this.show("recording", this.dataset.recording, ["stop"]);
    this.ticking = setInterval(() => this.tick(), TICK);
    if (!this.isConnected) this.stop();
  }

  tick() {
    const { seconds, level } = this.microphone;
    this.showTime(seconds);
    this.querySelector("meter").value = level;
    if (seconds < this.most) return;
    this.composer.complain(this.dataset.full);
    this.stop();
  }

  stop() {
    clearInterval(this.ticking);
    this.microphone.close();
  }

  // This also runs when the microphone was unplugged.
  stopped = async () => {
    clearInterval(this.ticking);
    await this.kept.settled;
    if (this.isConnected) this.offer(this.kept.parts, this.dataset.ready);
    else this.kept.free();
  };

  async offer(parts, words) {
    try {
      this.sound = await decoded(parts);
    } catch {
      return this.attach(parts);
    }
    this.show("ready", words, ["listen", "delete", "send"]);
    this.showTime(this.sound.duration);
  }

  // Send the sound as it is: this browser cannot read it.
  attach(parts) {
    this.composer.files.add([new File(parts, this.dataset.name, { type: parts[0]?.type })]);
    this.composer.complain(this.dataset.unreadable);
    this.forget();
  }

  listen() {
    if (this.quiet) return this.quiet();
    const button = this.querySelector("[data-verb=listen]");
    button.ariaPressed = "true";
    this.quiet = play(this.sound, () => {
      button.ariaPressed = "false";
      this.quiet = null;
    });
  }

  delete() {
    this.forget();
    this.begin.focus();
  }

  async send() {
    const { composer, sound } = this;
    if (composer.isLocked) return;
    const file = new File([wav(sound)], `${this.dataset.name}.wav`, { type: "audio/wav" });
    this.hide();
    await composer.send("", [file], composer.quote.take());
    this.forget();
    composer.catchFocus();
  }

  forget() {
    this.hide();
    this.kept.forget();
  }

  hide() {
    this.quiet?.();
    this.show("", "", []);
  }

  show(state, words, verbs) {
    const hadFocus = this.contains(document.activeElement) || document.activeElement === this.begin;
    this.dataset.state = state;
    this.hidden = !state;
    this.querySelector("[role=status]").textContent = words;
    for (const button of this.querySelectorAll("[data-verb]")) button.hidden = !verbs.includes(button.dataset.verb);
    if (hadFocus) this.querySelector("[data-verb]:not([hidden])")?.focus();
  }

  showTime(seconds) {
    const whole = Math.floor(seconds); // as the players of browsers show it
    this.querySelector("[role=timer]").textContent = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  }
}

customElements.define("voice-note", VoiceNote);
