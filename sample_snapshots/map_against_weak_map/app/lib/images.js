'use strict';

const PRESETS = new Map([320, 640, 1280].map((width) => [width, { width, quality: width > 1000 ? 80 : 90 }]));

/** One picture to be made smaller; it lives as long as its request. */
class ImageJob {
  constructor(image, width) {
    this.image = image;
    this.width = width;
    this.steps = ['decode', 'scale', 'sharpen', 'encode'].map((name) => ({ name, job: image, done: false }));
  }
}

async function resize(job) {
  const preset = PRESETS.get(job.width) ?? PRESETS.get(640);
  for (const step of job.steps) {
    await new Promise((resolve) => setImmediate(resolve)); // stands for the work of a native library
    step.done = true;
  }
  return `${job.image}@${preset.width}q${preset.quality}`;
}

module.exports = { ImageJob, resize };
