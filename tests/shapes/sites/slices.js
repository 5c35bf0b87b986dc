const titles = [];
function unit(i) { titles.push(`${i} ${'lorem ipsum dolor sit amet '.repeat(200)}${i}`.slice(40, 80)); }
