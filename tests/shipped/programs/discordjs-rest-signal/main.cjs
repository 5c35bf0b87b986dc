'use strict';

// A bot answers messages until it is told to shut down.
const { setMaxListeners } = require('node:events');
const { REST } = require('@discordjs/rest');

const answer = { headers: { 'content-type': 'application/json' } };
const rest = new REST({ makeRequest: async () => new Response('{"id": "1"}', answer) });
rest.setToken('none');

class Bot {
  #shutdown = new AbortController();

  constructor() {
    setMaxListeners(0, this.#shutdown.signal);
  }

  reply(channel, content) {
    return rest.post(`/channels/${channel}/messages`, {
      body: { content },
      signal: this.#shutdown.signal,
    });
  }
}

const bot = new Bot();

exports.work = async (number) => {
  await bot.reply('1234', `answer ${number}`);
};
