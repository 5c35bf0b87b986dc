const NAMES = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Alan'];

export function contactNumber(number) {
  const name = NAMES[number % NAMES.length];
  return { number, name, mail: `${name.toLowerCase()}.${number}@mail.example` };
}
