'use strict';

// A model class is derived for each form and put into a registry.

class Model {
  constructor(values) {
    Object.assign(this, values);
  }
}

const models = {};

function defineModel(name, fields) {
  const model = class extends Model {
    static fields = fields;

    validate() {
      return model.fields.every((field) => field in this);
    }
  };
  models[name] = model;
  return model;
}

exports.work = (number) => {
  const Form = defineModel(`Form${number}`, ['name', 'street', `custom${number}`]);
  return new Form({ name: 'Ada', street: 'Main' }).validate();
};
