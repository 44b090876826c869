import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Outcome } from '../../../main/setup/commands.mjs'
import type { Machine } from '../../../main/setup/machine.mjs'

/** A folder with these files, removed after the test. */
export function folderOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'bitwright-setup-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) write(folder, path, text)
  return folder
}

export function write(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

export interface Witness {
  readonly machine: Machine
  /** What it was told to run, in order. */
  readonly ran: string[]
  readonly said: string[]
}

/** Answers one command; undefined stands for success without a word. */
export type Answer = (command: string, env: NodeJS.ProcessEnv) => Partial<Outcome> | string | undefined

/** A Linux machine whose `/` is `files`, with its programs in /bin, that runs nothing and answers as told. */
export function machineWith(files: string, answer: Answer, overrides: Partial<Machine> = {}): Witness {
  const ran: string[] = []
  const said: string[] = []
  const machine: Machine = {
    platform: 'linux',
    isRoot: true,
    files,
    home: '/home/person',
    env: { PATH: '/bin', XDG_RUNTIME_DIR: '/run/user/1' },
    say: text => said.push(text),
    run: async (command, args, { env = {} } = {}) => {
      const line = [command, ...args].join(' ')
      ran.push(line)
      const outcome = answer(line, env)
      const stdout = typeof outcome === 'string' ? outcome : (outcome?.stdout ?? '')
      return { code: 0, output: stdout, ...(typeof outcome === 'object' ? outcome : {}), stdout }
    },
    ...overrides,
  }
  return { machine, ran, said }
}
