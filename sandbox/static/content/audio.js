// A voice message: play, where we are, how long.

import { button, el, icon } from "../dom.js";

export function audioElement(url) {
  const audio = el("audio", { src: url, preload: "metadata" });
  const play = button(".play", () => (audio.paused ? audio.play() : audio.pause()), { "aria-label": "Play" }, icon("play"));
  const position = el("input", { type: "range", min: 0, max: 1, step: "any", value: 0, "aria-label": "Position" });
  const time = el("span.time", {}, "0:00");
  const show = () => {
    position.value = audio.currentTime;
    time.textContent = clock(audio.paused && !audio.currentTime ? length(audio) : audio.currentTime);
  };
  const turn = () => {
    play.setAttribute("aria-label", audio.paused ? "Play" : "Pause");
    play.replaceChildren(icon(audio.paused ? "play" : "pause"));
  };
  audio.ondurationchange = () => {
    position.max = length(audio) || 1;
    show();
  };
  audio.ontimeupdate = show;
  audio.onplay = audio.onpause = turn;
  audio.onended = () => (audio.currentTime = 0);
  audio.onerror = () => (time.textContent = "Cannot be played");
  position.oninput = () => (audio.currentTime = position.value);
  return el("div.bubble.audio", { role: "group", "aria-label": "Audio" }, audio, play, position, time);
}

const length = (audio) => (Number.isFinite(audio.duration) ? audio.duration : 0);

function clock(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
