// Checks this device, and says what to do about each thing that does not work. Only the agent knows whether there was a sound.

import { clock, live, permission, push, storage, worker } from "./device-checks.js";
import { subscribe } from "./push-device.js";
import { TONES, play } from "./tones.js";

const CHECKS = { permission, worker, push, live, clock, storage };
const FAILED = { worker: "failed", push: "failed", live: "lost", clock: "failed", storage: "memory", permission: "unable" };
const LOUD_ENOUGH = 50; // percent, for agents who have chosen no sound

class DeviceCheck extends HTMLElement {
  connectedCallback() {
    this.result = this.querySelector("[role=status]");
    this.on("again", this.check);
    this.on("play", this.play);
    this.on("heard", () => this.say("sound", [Number(this.dataset.volume) ? "fine" : "silent"]));
    this.on("unheard", () => this.say("sound", ["unheard"]));
    this.on("allow", this.allow);
    this.button("again").hidden = this.button("play").hidden = false;
    this.say("sound", [window.AudioContext ? "ask" : "unable"]);
    this.check();
  }

  button = (name) => this.querySelector(`button[data-${name}]`);

  on = (name, react) => this.button(name).addEventListener("click", react);

  // One after another: the service worker is there before a test is pushed to it.
  check = async () => {
    if (this.isChecking) return;
    this.isChecking = true;
    this.result.textContent = this.result.dataset.running;
    for (const name of Object.keys(CHECKS)) await this.run(name);
    this.isChecking = false;
    this.sum();
  };

  async run(name) {
    this.say(name, await CHECKS[name](this.dataset).catch(() => [FAILED[name]]));
  }

  say(name, [outcome, number]) {
    const part = this.querySelector(`[data-check=${name}]`);
    const state = { fine: "good", ask: "open" }[outcome] ?? "bad";
    const chip = part.querySelector("[data-state]");
    part.querySelector("[data-words]").textContent = part.dataset[outcome].replace("#", number);
    part.dataset.state = state;
    chip.textContent = chip.dataset[state];
    chip.hidden = false;
    part.classList.toggle("is-bad", state === "bad");
    if (name === "permission") this.button("allow").hidden = outcome !== "ask";
    if (!this.isChecking) this.sum();
  }

  sum() {
    const { fine, one, many } = this.result.dataset;
    const count = this.querySelectorAll("li.is-bad").length;
    this.result.textContent = [fine, one][count] ?? many.replace("#", count);
  }

  // A page may sound only after a click.
  play = async () => {
    this.audio ??= new AudioContext();
    await this.audio.resume();
    play(this.audio, TONES.mine, Number(this.dataset.volume) || LOUD_ENOUGH);
    this.button("heard").hidden = this.button("unheard").hidden = false;
  };

  allow = async () => {
    await subscribe().catch(() => Notification.requestPermission());
    await this.run("permission");
    await this.run("push");
  };
}

customElements.define("device-check", DeviceCheck);
