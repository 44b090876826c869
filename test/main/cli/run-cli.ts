import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const ENTRY = fileURLToPath(new URL('../../../main/cli/bitwright.ts', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** The last line of standard output, parsed. */
  readonly json: unknown
}

export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves when standard error has said this. */
  says(pattern: RegExp): Promise<void>
}

/** Starts the real command line. It is killed when the test ends, whatever became of it. */
export function startCli(args: readonly string[], { home, env = {} }: { readonly home?: string; readonly env?: Readonly<Record<string, string>> } = {}): Running {
  const child = spawn(process.execPath, ['--import', 'tsx', ENTRY, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(home !== undefined && { BITWRIGHT_HOME: home }), ...env },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stdout = ''
  let stderr = ''
  const waiting = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    for (const look of waiting) look()
  })
  const ended = new Promise<Ended>(resolve => child.on('close', (code, signal) => {
    const last = stdout.trimEnd().split('\n').at(-1) ?? ''
    resolve({ code, signal, stdout, stderr, json: last.startsWith('{') ? JSON.parse(last) as unknown : undefined })
  }))
  const says = (pattern: RegExp): Promise<void> => new Promise((resolve, reject) => {
    const look = (): void => {
      if (!pattern.test(stderr)) return
      waiting.delete(look)
      resolve()
    }
    waiting.add(look)
    void ended.then(({ code }) => reject(new Error(`ended with ${code} before it said ${pattern}:\n${stdout}\n${stderr}`)))
    look()
  })
  return { child, ended, says }
}

export function runCli(args: readonly string[], options: Parameters<typeof startCli>[1] = {}): Promise<Ended> {
  return startCli(args, options).ended
}
