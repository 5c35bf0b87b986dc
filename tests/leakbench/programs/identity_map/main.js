"use strict";
// An object-relational mapper in small, compiled from TypeScript: one session for the whole process.
var __extends = (this && this.__extends) || (function () {
    var extendStatics = function (d, b) { Object.setPrototypeOf(d, b); };
    return function (d, b) {
        extendStatics(d, b);
        function __() { this.constructor = d; }
        d.prototype = b === null ? Object.create(b) : (__.prototype = b.prototype, new __());
    };
})();
Object.defineProperty(exports, "__esModule", { value: true });
var Entity = /** @class */ (function () {
    function Entity(id) {
        this.id = id;
    }
    return Entity;
}());
var Customer = /** @class */ (function (_super) {
    __extends(Customer, _super);
    function Customer(id) {
        var _this = _super.call(this, id) || this;
        _this.name = "customer " + id;
        _this.addresses = [{ street: "Main", city: "X" + id }];
        return _this;
    }
    return Customer;
}(Entity));
var Session = /** @class */ (function () {
    function Session() {
        this.identityMap = new Map();
    }
    Session.prototype.find = function (type, id) {
        var ofType = this.identityMap.get(type);
        if (!ofType)
            this.identityMap.set(type, (ofType = new Map()));
        var known = ofType.get(id);
        if (!known)
            ofType.set(id, (known = new type(id)));
        return known;
    };
    return Session;
}());
var session = new Session();
exports.work = function (number) {
    session.find(Customer, "c" + number);
    session.find(Customer, "c0");
};
