export function submit(order) {
  console.log('submitting', order);
  return `Order ${order.number} with ${order.lines.length} lines`;
}
