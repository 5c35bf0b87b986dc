const TOPICS = ['invoice', 'offer', 'reminder', 'thanks', 'contract'];

export function letter(number) {
  const topic = TOPICS[number % TOPICS.length];
  return { subject: `Your ${topic} no. ${number}`, body: `We write about the ${topic} of last week.` };
}
