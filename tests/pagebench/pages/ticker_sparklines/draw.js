export function drawLine(context, points, time) {
  const { width, height } = context.canvas;
  context.clearRect(0, 0, width, height);
  context.beginPath();
  points.forEach((point, place) => {
    const y = height / 2 + Math.sin(time / 400 + point) * (height / 3);
    context.lineTo((place * width) / points.length, y);
  });
  context.stroke();
}
