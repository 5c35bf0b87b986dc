"use strict";
// Compiled to an older target: private fields live in WeakMaps beside the class.
var __classPrivateFieldGet = (this && this.__classPrivateFieldGet) || function (receiver, state, kind, f) {
    if (kind === "a" && !f) throw new TypeError("Private accessor was defined without a getter");
    if (typeof state === "function" ? receiver !== state || !f : !state.has(receiver)) throw new TypeError("Cannot read private member from an object whose class did not declare it");
    return kind === "m" ? f : kind === "a" ? f.call(receiver) : f ? f.value : state.get(receiver);
};
var _Notifier_outbox;
Object.defineProperty(exports, "__esModule", { value: true });
class Notification {
    constructor(recipient, text) {
        this.recipient = recipient;
        this.text = text;
        this.attempts = [];
    }
}
class Notifier {
    constructor() {
        _Notifier_outbox.set(this, []);
    }
    send(recipient, text) {
        const notification = new Notification(recipient, text);
        __classPrivateFieldGet(this, _Notifier_outbox, "f").push(notification);
        notification.attempts.push({ at: Date.now(), ok: true });
    }
}
_Notifier_outbox = new WeakMap();
const notifier = new Notifier();
exports.work = async (number) => {
    notifier.send(`user-${number}@example.com`, `your parcel ${number} has arrived`);
};
