import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * @typedef {object} LockOptions
 * @property {(owner: string) => void} waiting called once, with the owner's process id as text, when another holds the lock
 * @property {number} [staleAfter] milliseconds without a sign of life after which a lock counts as abandoned
 */

/**
 * Does `work` while holding the lock `folder`, in this and every other process that shares the disk.
 *
 * The lock is a folder, since making one is atomic everywhere. Its owner touches it as long as it lives; process ids are
 * not asked, since another container has others.
 *
 * @template T
 * @param {string} folder
 * @param {LockOptions} options
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(folder, { waiting, staleAfter = 15_000 }, work) {
  mkdirSync(dirname(folder), { recursive: true })
  let told = false
  while (!make(folder)) {
    if (isAbandoned(folder, staleAfter)) takeAway(folder, staleAfter)
    else if (!told) {
      told = true
      waiting(ownerOf(folder).split(' ')[0] ?? '')
    }
    await sleep(100)
  }
  const name = `${process.pid} ${randomUUID()}`
  writeFileSync(join(folder, 'owner'), name)
  const release = () => {
    if (ownerOf(folder) === name) remove(folder)
  }
  process.once('exit', release)
  const beat = setInterval(() => touch(folder), staleAfter / 10)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    process.off('exit', release)
    release()
  }
}

/** @param {string} folder */
function make(folder) {
  try {
    mkdirSync(folder)
    return true
  } catch (error) {
    if (causeOf(error) === 'EEXIST') return false
    throw error
  }
}

/**
 * Of several that see one abandoned lock, one takes it away, and looks again first: the others could otherwise take away
 * the lock that the first has made since.
 *
 * @param {string} folder
 * @param {number} staleAfter
 */
function takeAway(folder, staleAfter) {
  const breaking = `${folder}.breaking`
  if (!make(breaking)) {
    if (isAbandoned(breaking, staleAfter)) remove(breaking)
    return
  }
  try {
    if (isAbandoned(folder, staleAfter)) remove(folder)
  } finally {
    remove(breaking)
  }
}

/** @param {string} folder */
const remove = folder => rmSync(folder, { recursive: true, force: true })

/**
 * @param {string} folder
 * @param {number} staleAfter
 */
function isAbandoned(folder, staleAfter) {
  const found = statSync(folder, { throwIfNoEntry: false })
  return found !== undefined && Date.now() - found.mtimeMs > staleAfter
}

/** @param {string} folder */
function ownerOf(folder) {
  try {
    return readFileSync(join(folder, 'owner'), 'utf8')
  } catch {
    return 'unknown'
  }
}

/** @param {string} folder */
function touch(folder) {
  try {
    utimesSync(folder, new Date(), new Date())
  } catch {
    // Taken away by someone who found us stopped for too long; what we are doing cannot be undone any more.
  }
}

/** @param {unknown} error */
const causeOf = error => (error instanceof Error && 'code' in error ? error.code : undefined)
