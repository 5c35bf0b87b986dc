"use strict";
// Chat rooms on one bus: an event for each room, and members who leave only stop reading.
var __importDefault = (this && this.__importDefault) || function (mod) {
    return (mod && mod.__esModule) ? mod : { "default": mod };
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.ChatServer = exports.work = void 0;
const eventemitter3_1 = __importDefault(require("eventemitter3"));
class Member {
    constructor(name) {
        this.name = name;
        this.inbox = [];
        this.reading = true;
    }
    receive(message) {
        if (this.reading)
            this.inbox.push(message);
    }
}
class ChatServer {
    constructor() {
        this.bus = new eventemitter3_1.default();
    }
    join(room, member) {
        this.bus.on(`room:${room}`, member.receive, member);
    }
    leave(room, member) {
        // Looks for the function alone, with the wrong context.
        this.bus.off(`room:${room}`, member.receive, this);
        member.reading = false;
    }
    say(room, message) {
        this.bus.emit(`room:${room}`, message);
    }
}
exports.ChatServer = ChatServer;
const server = new ChatServer();
const work = async (number) => {
    const member = new Member(`guest-${number}`);
    server.join(number % 3, member);
    server.say(number % 3, { from: member.name, text: "hello" });
    server.leave(number % 3, member);
};
exports.work = work;
