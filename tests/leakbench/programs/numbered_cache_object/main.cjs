'use strict';

// Profiles by user number in a plain object; numbers become elements, not named properties.

const profiles = {};

class Profile {
  constructor(userId) {
    this.userId = userId;
    this.badges = [`joined-${userId}`];
    this.settings = { mails: true, language: 'en' };
  }
}

async function profileOf(userId) {
  if (!(userId in profiles)) profiles[userId] = new Profile(userId);
  return profiles[userId];
}

exports.work = async (number) => {
  await profileOf(1000 + number * 3);
  await profileOf(1000);
};
