// The control plane for the phone. Ids stay strings: they have more digits than a number can hold.

const ROOT = "/_sandbox";

export class ApiError extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

async function call(method, path, body) {
  const options = { method, headers: { "Content-Type": "application/json" } };
  if (body) options.body = JSON.stringify(body);
  const response = await fetch(ROOT + path, options);
  const text = await response.text();
  if (!response.ok) throw new ApiError(response.status, sentence(text));
  return text;
}

function sentence(text) {
  try {
    return JSON.parse(text).error;
  } catch {
    return "The sandbox did not understand the request.";
  }
}

// The sandbox's own files have URLs for the console; a browser reaches them at this page's origin.
const URL_KEY = /(^|_)(url|picture)$/;
const toLocal = (key, value) =>
  typeof value === "string" && URL_KEY.test(key) ? value.replace(/^https?:\/\/[^/]+(?=\/_sandbox\/)/, "") : value;
export const parseThread = (text) => JSON.parse(text, toLocal);

const get = async (path) => JSON.parse(await call("GET", path));
const post = async (path, body = {}) => JSON.parse(await call("POST", path, body));

export const world = () => get("/world");
export const customers = async () => (await get("/customers")).customers;
export const addCustomer = (customer) => post("/customers", customer);
export const addFault = (rule) => post("/faults", rule);
export const clearFaults = () => call("DELETE", "/faults");
export const setWebhookDelivery = (settings) => post("/webhooks", settings);
export const advanceClock = (seconds) => post("/clock", { advance_s: seconds });
export const setRateLimits = (limits) => post("/rate_limits", limits);
export const restrict = (pageId, on) => post(`/pages/${pageId}/restrict`, { on });
export const setAutomaticReply = (pageId, kind, text) => post(`/pages/${pageId}/automatic_replies`, { kind, text });
export const setDefaultApp = (pageId, appId) => post(`/pages/${pageId}/default_app`, { app_id: appId });
export const profilePicture = (id) => `${ROOT}/profile_pictures/${id}.png`;

// One customer's actions. `threadText` is left unparsed, so that an unchanged thread costs one comparison.
export const customer = (psid) => ({
  threadText: () => call("GET", `/customers/${psid}/thread`),
  send: (message) => post(`/customers/${psid}/send`, message),
  read: () => post(`/customers/${psid}/read`),
  react: (mid, emoji) => post(`/customers/${psid}/react`, { mid, emoji }),
  edit: (mid, text) => post(`/customers/${psid}/edit`, { mid, text }),
  call: () => post(`/customers/${psid}/call`),
  hangUp: () => post(`/customers/${psid}/hang_up`),
  replyFromPageInbox: (text) => post(`/customers/${psid}/page_inbox`, { text }),
  profile: (kind) => post(`/customers/${psid}/profile`, { kind }),
  block: (on) => post(`/customers/${psid}/block`, { on }),
});
