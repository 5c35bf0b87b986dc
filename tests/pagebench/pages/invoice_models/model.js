let lastId = 0;

/** What all records have in common. */
export class Model {
  static identityMap = new Map();

  static find(cid) {
    return Model.identityMap.get(cid);
  }

  constructor(attributes) {
    this.cid = `c${++lastId}`;
    this.attributes = attributes;
    Model.identityMap.set(this.cid, this);
  }

  get(name) {
    return this.attributes[name];
  }

  destroy() {
    Model.identityMap.delete(this.cid);
  }
}
