import type { Readable } from 'node:stream'
import { createInterface } from 'node:readline'

/** Dawn says this on every start with a driver that has more such buffers than it can use. It means nothing to anybody. */
const NOISE = [/^Warning: maxDynamic(Uniform|Storage)BuffersPerPipelineLayout artificially reduced/]

/** Hands on each line of a process's output but those that say nothing. */
export function followLines(stream: Readable | null, line: (text: string) => void): void {
  if (!stream) return
  createInterface({ input: stream, crlfDelay: Infinity }).on('line', text => {
    if (text.trim() !== '' && !isNoise(text)) line(text)
  })
}

export function isNoise(text: string): boolean {
  return NOISE.some(pattern => pattern.test(text))
}
