import type { ChildProcess } from 'node:child_process'

/** The first line that a program prints on standard output. */
export function firstLine({ stdout }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    stdout?.on('data', (part: string) => {
      text += part
      const [line, rest] = text.split('\n', 2)
      if (rest !== undefined) resolve(line ?? '')
    }).on('end', () => reject(new Error(`it ended without a line: ${text}`)))
  })
}
