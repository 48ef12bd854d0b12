// Every request of ours carries the token of the cookie, which a log-in in another tab may have changed since this page came.

export const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

export const post = (url, fields = {}) =>
  fetch(url, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { "HX-Request": "true", "X-CSRFToken": token() },
    keepalive: true,
  });

document.addEventListener("htmx:config:request", ({ detail }) => {
  detail.ctx.request.headers["X-CSRFToken"] = token();
});
