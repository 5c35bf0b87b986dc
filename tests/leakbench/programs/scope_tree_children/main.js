"use strict";
// Dependency injection, compiled from TypeScript: request scopes are children of the root for ever.
Object.defineProperty(exports, "__esModule", { value: true });
exports.Container = void 0;
class Container {
    constructor(parent) {
        this.parent = parent;
        this.providers = new Map();
        this.instances = new Map();
        this.children = [];
    }
    createChild() {
        const child = new Container(this);
        this.children.push(child);
        return child;
    }
    provide(token, factory) {
        this.providers.set(token, factory);
        return this;
    }
    resolve(token) {
        var _a;
        if (this.instances.has(token))
            return this.instances.get(token);
        const factory = (_a = this.providers.get(token)) !== null && _a !== void 0 ? _a : (this.parent && this.parent.providers.get(token));
        const instance = factory(this);
        this.instances.set(token, instance);
        return instance;
    }
}
exports.Container = Container;
class OrderRepository {
    constructor(user) {
        this.user = user;
        this.loaded = ["order-1", "order-2"];
    }
}
const root = new Container();
root.provide("repository", (scope) => new OrderRepository(scope.resolve("user")));
exports.work = (number) => {
    const scope = root.createChild();
    scope.provide("user", () => ({ id: number, name: `user ${number}` }));
    return scope.resolve("repository").loaded.length;
};
