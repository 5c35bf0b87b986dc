"use strict";
// Compiled from TypeScript. Replies are matched by id; a request that times out keeps its place.
var __awaiter = (this && this.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.RpcClient = void 0;
exports.work = work;
class LossyLink {
    constructor() {
        this.sent = 0;
    }
    send(frame, reply) {
        this.sent += 1;
        if (this.sent % 2 === 0)
            setImmediate(() => reply(frame.id, { ok: true }));
    }
}
class RpcClient {
    constructor(link) {
        this.link = link;
        this.nextId = 1;
        this.pendingRequests = new Map();
    }
    call(method, params) {
        const id = this.nextId++;
        const answer = new Promise((resolve, reject) => {
            this.pendingRequests.set(id, { method, params, resolve, reject });
        });
        this.link.send({ id, method, params }, (replyTo, result) => {
            const pending = this.pendingRequests.get(replyTo);
            this.pendingRequests.delete(replyTo);
            pending.resolve(result);
        });
        const late = new Promise((_, reject) => setTimeout(() => reject(new Error("timeout")), 1));
        return Promise.race([answer, late]);
    }
}
exports.RpcClient = RpcClient;
const client = new RpcClient(new LossyLink());
function work(number) {
    return __awaiter(this, void 0, void 0, function* () {
        for (let i = 0; i < 2; i++) {
            try {
                yield client.call("balance", { account: number, currency: "EUR" });
            }
            catch (_a) {
                // Counted elsewhere.
            }
        }
    });
}
