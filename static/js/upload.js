// Post a form with a file. `fetch` does not report the progress.

import { headers } from "./csrf.js";

export async function upload(url, form, signal, progressed) {
  const request = new XMLHttpRequest();
  request.open("POST", url);
  for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
  request.upload.onprogress = ({ loaded, total }) => progressed(loaded / total);
  signal.addEventListener("abort", () => request.abort());
  await new Promise((resolve, reject) => {
    request.onload = resolve;
    request.onerror = request.onabort = reject;
    request.send(form);
  });
  return new Response(request.response, { status: request.status, headers: headersOf(request) });
}

const headersOf = (request) =>
  request
    .getAllResponseHeaders()
    .split("\r\n")
    .filter(Boolean)
    .map((line) => line.split(/: (.*)/s).slice(0, 2));
