"""The service worker of a browser, driven as a browser's push service and an agent's clicks drive it."""

import json

from tests.browser.desk import until
from tests.conftest import CONSOLE_URL

RECORD = """() => {
    self.shown = [];
    self.opened = [];
    function close() { self.shown = self.shown.filter((one) => one !== this); }
    const { registration, clients } = self;
    registration.showNotification = async (title, options) => self.shown.push({ title, ...options, close });
    registration.getNotifications = async ({ tag } = {}) => self.shown.filter((one) => !tag || one.tag === tag);
    clients.openWindow = async (address) => self.opened.push(address);
    WindowClient.prototype.focus = async function () { self.opened.push("focus"); };
}"""
CLICK = """async ([agent, address, action]) => {
    const event = new ExtendableEvent("notificationclick");
    const notification = { data: { agent, address }, close: () => self.opened.push("closed") };
    let reaction;
    Object.assign(event, { notification, action, waitUntil: (promise) => (reaction = promise) });
    self.dispatchEvent(event);
    await reaction;
}"""


class Worker:
    """The service worker of a tab's browser."""

    def __init__(self, tab):
        self.cdp, registrations = tab.context.new_cdp_session(tab), []
        self.cdp.on("ServiceWorker.workerRegistrationUpdated", lambda said: registrations.extend(said["registrations"]))
        self.cdp.send("ServiceWorker.enable")
        tab.evaluate("async () => { await navigator.serviceWorker.register('/service-worker.js'); }")
        tab.evaluate("async () => { await navigator.serviceWorker.ready; }")
        until(tab, lambda: registrations and tab.context.service_workers)
        self.registration, self.tab = registrations[0]["registrationId"], tab
        self.agent = tab.evaluate("document.body.dataset.agent")
        self.worker = tab.context.service_workers[0]
        self.worker.evaluate(RECORD)

    def push(self, payload):
        message = {"origin": CONSOLE_URL, "registrationId": self.registration, "data": json.dumps(payload)}
        self.cdp.send("ServiceWorker.deliverPushMessage", message)

    @property
    def shown(self):
        return self.worker.evaluate("() => self.shown.map(({ close, ...one }) => one)")

    @property
    def opened(self):
        return self.worker.evaluate("() => self.opened")

    def click(self, address, action="", agent=None):
        self.worker.evaluate(CLICK, [agent.pk if agent else self.agent, address, action])
