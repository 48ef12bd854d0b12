// Things a customer can send without having any.

import { $, button, el, icon } from "./dom.js";
import { openSheet } from "./sheet.js";

const FILES = "/_sandbox/static/samples";
const PICTURE = { type: "image", url: "/_sandbox/sample.png" };
const LIKE = { type: "sticker", url: `${FILES}/like.png`, sticker_id: "369239263222822" };
const SAMPLES = [
  ["picture", "Picture", PICTURE],
  ["audio", "Audio", { type: "audio", url: `${FILES}/hello.wav` }],
  ["video", "Video", { type: "video", url: `${FILES}/tea.webm` }],
  ["file", "File", { type: "file", url: `${FILES}/order.pdf` }],
  ["pin", "Location", { type: "location", title: "Berlin", coordinates: { lat: 52.5219, long: 13.4132 } }],
];

// `send(attachment)`
export function offerSamples(send) {
  $("send-picture").onclick = () => send(PICTURE);
  $("send-like").onclick = () => send(LIKE);
  $("open-samples").onclick = () => openSheet("Send", (close) => el("div.samples", {}, ...SAMPLES.map((sample) => tile(sample, close, send))));
}

function tile([sign, name, attachment], close, send) {
  const chosen = () => {
    close();
    send(attachment);
  };
  return button("", chosen, {}, icon(sign), name);
}
