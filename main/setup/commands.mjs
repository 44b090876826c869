import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/**
 * @typedef {object} Outcome
 * @property {number} code 127 when there is no such program, 128 + n when signal n ended it
 * @property {string} stdout
 * @property {string} output standard output and standard error as they came
 *
 * @typedef {(command: string, args: readonly string[], options?: { env?: NodeJS.ProcessEnv, cwd?: string, seconds?: number }) => Promise<Outcome>} Run
 */

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()

/** @param {NodeJS.Signals} signal */
export const codeOf = signal => 128 + constants.signals[signal]

/**
 * Runs a program to its end, quietly; `seconds` is the longest it may take. Never throws.
 *
 * @type {Run}
 */
export function run(command, args, { env = process.env, cwd, seconds } = {}) {
  return new Promise(resolve => {
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: seconds && seconds * 1000, killSignal: 'SIGKILL', windowsHide: true })
    running.add(child)
    let stdout = ''
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      stdout += text
      output += text
    })
    child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      output += text
    })
    child.on('error', error => {
      running.delete(child)
      resolve({ code: 127, stdout, output: `${output}${error.message}\n` })
    })
    child.on('close', (code, signal) => {
      running.delete(child)
      resolve({ code: code ?? codeOf(signal ?? 'SIGKILL'), stdout, output })
    })
  })
}

/**
 * While `work` goes on, a signal to stop is passed on to what is running for it; setup ends once that has ended, so that
 * no package manager is left half way without anyone waiting for it.
 *
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function interruptible(work) {
  /** @param {NodeJS.Signals} signal */
  const stop = signal => {
    const exit = () => process.exit(codeOf(signal))
    if (running.size === 0) exit()
    for (const child of running) child.once('close', exit).kill(signal)
  }
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, stop)
  try {
    return await work()
  } finally {
    for (const signal of signals) process.off(signal, stop)
  }
}
