// Things a customer can send without having any.

import { $, button, el, icon } from "./dom.js";
import { openSheet } from "./sheet.js";

const FILES = "/_sandbox/static/samples";
const PICTURE = { attachment: { type: "image", url: "/_sandbox/sample.png" } };
const LIKE = { sticker: 369239263222822 }; // the small thumb
const SAMPLES = [
  ["picture", "Picture", PICTURE],
  ["audio", "Audio", { attachment: { type: "audio", url: `${FILES}/hello.wav` } }],
  ["video", "Video", { attachment: { type: "video", url: `${FILES}/tea.webm` } }],
  ["file", "File", { attachment: { type: "file", url: `${FILES}/order.pdf` } }],
  ["pin", "Location", { location: { lat: 52.5219, long: 13.4132 } }],
];

export function offerSamples(send) {
  $("send-picture").onclick = () => send(PICTURE);
  $("send-like").onclick = () => send(LIKE);
  $("open-samples").onclick = () => openSheet("Send", (close) => el("div.samples", {}, ...SAMPLES.map((sample) => tile(sample, close, send))));
}

function tile([sign, name, said], close, send) {
  const chosen = () => {
    close();
    send(said);
  };
  return button("", chosen, {}, icon(sign), name);
}
