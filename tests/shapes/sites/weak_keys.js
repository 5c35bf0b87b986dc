class Member { constructor(i) { this.name = `member ${i}`; } }
class Profile { constructor(i) { this.text = `profile ${i}`.repeat(20); } }
const profiles = new WeakMap();
const members = new Set();
function unit(i) { const member = new Member(i); profiles.set(member, new Profile(i)); members.add(member); }
