'use strict';

// The schema is built for every request, so that Ajv cannot know that it has seen it before.

const Ajv = require('ajv').default;

const ajv = new Ajv({ allErrors: true });

function schemaFor(kind) {
  return {
    type: 'object',
    properties: {
      kind: { const: kind },
      amount: { type: 'number', minimum: 0 },
      note: { type: 'string', maxLength: 80 },
    },
    required: ['kind', 'amount'],
    additionalProperties: false,
  };
}

function validateBody(body) {
  const validate = ajv.compile(schemaFor(body.kind));
  return validate(body) ? [] : validate.errors;
}

exports.work = (number) => {
  const errors = validateBody({ kind: 'refund', amount: number, note: 'as agreed' });
  if (errors.length > 0) throw new Error('unexpected');
};
