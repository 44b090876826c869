import { randomInt } from 'node:crypto'

const SUFFIX_CHARACTERS = '0123456789abcdefghijklmnopqrstuvwxyz'
const SLUG_LENGTH = 24

/**
 * A new run's id: time (UTC, so that ids sort by it), what is trained, and four random characters against two runs of one
 * second. Example: 20261123-051500-digits-x4k2.
 */
export function newRunId(name: string, now: Date): string {
  const [date = '', time = ''] = now.toISOString().split('T')
  const suffix = Array.from({ length: 4 }, () => SUFFIX_CHARACTERS[randomInt(SUFFIX_CHARACTERS.length)]).join('')
  return [date.replaceAll('-', ''), time.slice(0, 8).replaceAll(':', ''), slug(name), suffix].join('-')
}

/** What a folder's name can hold of a project's name, on any system. */
export function slug(name: string, fallback = 'run'): string {
  const plain = name.normalize('NFKD').toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').slice(0, SLUG_LENGTH)
  return plain.replaceAll(/^-+|-+$/g, '') || fallback
}
