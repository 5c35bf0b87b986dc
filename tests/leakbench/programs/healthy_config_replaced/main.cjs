'use strict';

// A large configuration is read again and replaces the one before.

class Configuration {
  constructor(revision) {
    this.revision = revision;
    this.rules = Array.from({ length: 400 }, (_, rule) => ({ rule, text: `rule ${rule} of ${revision}` }));
  }
}

const holder = { current: null, previous: null };

exports.work = async (number) => {
  if (number % 5 !== 0) return holder.current?.rules.length;
  holder.previous = holder.current;
  holder.current = new Configuration(number);
  return holder.current.rules.length;
};
