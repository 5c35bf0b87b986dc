'use strict';

// One client subscribes to a quiet room; everything that is said elsewhere is filtered out for it.

const { PubSub, withFilter } = require('graphql-subscriptions');

const pubsub = new PubSub();

const resolvers = {
  Subscription: {
    messageAdded: {
      subscribe: withFilter(
        () => pubsub.asyncIterator('MESSAGE_ADDED'),
        ({ messageAdded }, { room }) => messageAdded.room === room,
      ),
    },
  },
};

const subscription = resolvers.Subscription.messageAdded.subscribe({}, { room: 'quiet' }, {}, {});
let received = 0;

(async () => {
  for (;;) {
    const { done } = await subscription.next();
    if (done) return;
    received++;
  }
})();

exports.work = async (number) => {
  const messageAdded = { room: 'busy', text: `message ${number}`, likes: [] };
  await pubsub.publish('MESSAGE_ADDED', { messageAdded });
  await new Promise((resolve) => setImmediate(resolve));
};
