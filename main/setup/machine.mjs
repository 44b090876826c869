import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { run } from './commands.mjs'

/**
 * The system that setup looks at and changes. Tests give another one, so that no test installs anything.
 *
 * @typedef {object} Machine
 * @property {NodeJS.Platform} platform
 * @property {boolean} isRoot may install system packages
 * @property {string} files folder that stands for `/`
 * @property {string} home
 * @property {NodeJS.ProcessEnv} env
 * @property {import('./commands.mjs').Run} run
 * @property {(text: string) => void} say tells the person what is being done; never on standard output, which is the target's
 */

/** @returns {Machine} */
export function thisMachine() {
  return {
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    files: '/',
    home: homedir(),
    env: process.env,
    run,
    say: text => process.stderr.write(`bitwright: ${text}\n`),
  }
}

/**
 * Path of the first of `names` that stands in a folder of PATH.
 *
 * @param {Machine} machine
 * @param {readonly string[]} names
 */
export function findProgram({ env, files }, names) {
  for (const name of names) {
    for (const folder of (env.PATH ?? '').split(delimiter)) {
      const path = join(files, folder, name)
      if (folder && existsSync(path)) return path
    }
  }
  return undefined
}
