import { fileURLToPath } from 'node:url'
import { codeOf, interruptible } from './commands.mjs'
import { ensurePackages } from './dependencies.mjs'
import { thisMachine } from './machine.mjs'
import { targetOf } from './targets.mjs'
import { SetupError } from './trouble.mjs'

/** @typedef {import('./machine.mjs').Machine} Machine */

const root = fileURLToPath(new URL('../../', import.meta.url))
const inRoot = (/** @type {string} */ path) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/**
 * @param {string | undefined} name
 * @param {string[]} args
 */
export async function main(name, args) {
  const target = targetOf(name, args, inRoot)
  if (!target) {
    process.stderr.write(`error: expected a target (start, demo, bitwright or test), found ${name ?? 'none'}; use npm start, npm run demo, npm run bitwright -- COMMAND, or npm test\n`)
    process.exitCode = 2
    return
  }
  const machine = thisMachine()
  try {
    const env = await interruptible(() => prepare(target, machine))
    const cwd = target.folder === 'root' ? root : (process.env.INIT_CWD ?? process.cwd())
    for (const { title, args } of target.steps) {
      if (title !== undefined) machine.say(title)
      process.exitCode = await runThrough(args, { env, cwd })
      if (process.exitCode !== 0) return
    }
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    if (error.details) process.stderr.write(`${error.details.trimEnd()}\n`)
    process.stderr.write(`error: ${error.message}\n`)
    process.exitCode = 1
  }
}

/**
 * @param {import('./targets.mjs').Target} target
 * @param {Machine} machine
 * @returns {Promise<NodeJS.ProcessEnv>} environment for the target
 */
async function prepare(target, machine) {
  await ensurePackages(root, machine)
  if (target.browser) {
    const { ensureBrowser } = await import('./browser.mjs')
    await ensureBrowser(machine)
  }
  if (target.app !== 'none') {
    const { ensureApp } = await import('./app.mjs')
    await ensureApp(root, machine, { desktop: target.app === 'window' })
  }
  if (target.adapter === 'none') return machine.env
  const { computingEnv, findAdapter } = await import('./adapter.mjs')
  try {
    const { driverFile } = await findAdapter(root, machine, { install: target.adapter === 'need' })
    return computingEnv(machine, driverFile)
  } catch (error) {
    if (target.adapter === 'look' && error instanceof SetupError) return computingEnv(machine)
    throw error
  }
}

/**
 * Runs Node with our own input and outputs, and waits for it whatever signal comes: it decides when to stop, after a
 * checkpoint for one. At a terminal an interrupt reaches it without us, since it is of our process group; elsewhere, and
 * for the other signals, it is passed on. A program may so get one signal twice in a row and must take that as one.
 *
 * @param {string[]} args
 * @param {{ env: NodeJS.ProcessEnv, cwd: string }} options
 * @returns {Promise<number>} exit code, 128 + n when signal n ended it
 */
async function runThrough(args, { env, cwd }) {
  const { spawn } = await import('node:child_process')
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env, cwd, stdio: 'inherit', windowsHide: true })
    /** @param {NodeJS.Signals} signal */
    const passOn = signal => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    }
    /** @type {NodeJS.Signals[]} */
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, passOn)
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      for (const name of signals) process.off(name, passOn)
      resolve(code ?? codeOf(signal ?? 'SIGKILL'))
    })
  })
}
