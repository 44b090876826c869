/**
 * `node main/setup/launch.mjs TARGET [arguments]`: brings a fresh clone to where TARGET runs, then runs it.
 *
 * This file alone must be readable by any Node that knows modules, however old, so that the reader is told which one is
 * needed; all else is imported after that check.
 */
import { readFileSync } from 'node:fs'

const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
const [, needed = '0'] = /"node": ">=([\d.]+)"/.exec(manifest) || []

/**
 * @param {string} found
 * @param {string} least
 */
function reaches(found, least) {
  const [major = 0, minor = 0] = found.split('.').map(Number)
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number)
  return major > leastMajor || (major === leastMajor && minor >= leastMinor)
}

/** @param {string} message */
function fail(message) {
  process.stderr.write(`error: ${message}\n`)
  process.exitCode = 1
}

if (reaches(process.versions.node, needed)) {
  import('./launcher.mjs')
    .then(launcher => launcher.main(process.argv[2], process.argv.slice(3)))
    .catch((/** @type {unknown} */ error) => fail(error instanceof Error && error.stack ? error.stack : String(error)))
} else {
  fail(`Node ${needed} or newer is needed, this is Node ${process.versions.node}; install a newer one from nodejs.org or your package manager, and run the same command again`)
}
