// Every request of ours carries the token of the cookie, which a log-in in another tab may have changed since this page came.

export const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

// It outlives the page that makes it; not with files, for a browser keeps 64 KB at most alive.
export const post = (url, fields = {}) => {
  const hasFiles = fields instanceof FormData;
  return fetch(url, {
    method: "POST",
    body: hasFiles ? fields : new URLSearchParams(fields),
    headers: { "HX-Request": "true", "X-CSRFToken": token() },
    keepalive: !hasFiles,
  });
};

document.addEventListener("htmx:config:request", ({ detail }) => {
  detail.ctx.request.headers["X-CSRFToken"] = token();
});
