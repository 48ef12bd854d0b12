// Sample attachments that a customer can send.

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

export function offerSampleAttachments(send) {
  $("send-picture").onclick = () => send(PICTURE);
  $("send-like").onclick = () => send(LIKE);
  $("open-samples").onclick = () => openSheet("Send", (close) => el("div.samples", {}, ...SAMPLES.map((sample) => tile(sample, close, send))));
}

function tile([iconName, name, content], close, send) {
  const chosen = () => {
    close();
    send(content);
  };
  return button("", chosen, {}, icon(iconName), name);
}
