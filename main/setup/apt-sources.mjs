import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readText } from './json.mjs'

/**
 * A source of packages as sources.list(5) has it: field names in the case they are written in, list values as arrays of
 * words. `rest` holds every other field (Signed-By, Trusted, Check-Valid-Until, an embedded key) as it stands.
 *
 * @typedef {object} AptSource
 * @property {string[]} types
 * @property {string[]} uris
 * @property {string[]} suites
 * @property {string[]} components
 * @property {[name: string, value: string][]} rest
 */

/**
 * The sources that apt uses, in the order it reads them; disabled ones are left out.
 *
 * @param {string} files folder that stands for `/`
 * @returns {AptSource[]}
 */
export function readSources(files) {
  const folder = join(files, '/etc/apt/sources.list.d')
  const names = namesIn(folder)
  const paths = [join(files, '/etc/apt/sources.list'), ...names.filter(name => /\.(list|sources)$/.test(name)).map(name => join(folder, name))]
  return paths.flatMap(path => (path.endsWith('.sources') ? parseStanzas(readText(path) ?? '') : parseLines(readText(path) ?? '')))
}

/**
 * deb822 style: stanzas of `Field: value`, continued by lines that begin with a space.
 *
 * @param {string} text
 * @returns {AptSource[]}
 */
export function parseStanzas(text) {
  const lines = text.split(/\r?\n/).filter(line => !line.startsWith('#'))
  return lines.join('\n').split(/\n[ \t]*\n/).flatMap(stanza => {
    /** @type {[string, string][]} */
    const fields = []
    for (const line of stanza.split('\n')) {
      const field = /^([^\s:]+):[ \t]*(.*)$/.exec(line)
      const last = fields.at(-1)
      if (field?.[1]) fields.push([field[1], (field[2] ?? '').trimEnd()])
      else if (/^[ \t]/.test(line) && last) last[1] += `\n${line.trimEnd()}`
    }
    return sourceOf(fields)
  })
}

/**
 * One-line style: `deb [option=value option=value] uri suite component…`.
 *
 * @param {string} text
 * @returns {AptSource[]}
 */
export function parseLines(text) {
  return text.split(/\r?\n/).flatMap(line => {
    const [, type, options, uri, suite, components] = /^\s*(deb|deb-src)\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)([^#]*)/.exec(line) ?? []
    if (!type || !uri || !suite) return []
    const fields = [...(options ?? '').matchAll(/(?<=^|\s)([a-z-]*[a-z])=(\S+)/g)].map(([, name, value]) => /** @type {[string, string]} */ ([fieldOf(name ?? ''), (value ?? '').replaceAll(',', ' ')]))
    return sourceOf([['Types', type], ['URIs', uri], ['Suites', suite], ['Components', components ?? ''], ...fields])
  })
}

/** Options of the one-line style that have another name as a field; the rest differ in case only. */
const FIELD_NAMES = new Map([['arch', 'Architectures'], ['lang', 'Languages'], ['target', 'Targets']])

/** @param {string} option */
const fieldOf = option => FIELD_NAMES.get(option) ?? option.replaceAll(/(^|-)[a-z]/g, letters => letters.toUpperCase())

/**
 * @param {readonly [string, string][]} fields
 * @returns {AptSource[]} none when it is disabled or no source
 */
function sourceOf(fields) {
  /** @param {string} name */
  const words = name => (fields.find(([field]) => field.toLowerCase() === name)?.[1] ?? '').split(/\s+/).filter(Boolean)
  const known = ['types', 'uris', 'suites', 'components', 'enabled']
  const [types, uris, suites, components] = [words('types'), words('uris'), words('suites'), words('components')]
  if (types.length === 0 || uris.length === 0 || /^(no|false|off|0|without|disable)$/i.test(words('enabled')[0] ?? '')) return []
  return [{ types, uris, suites, components, rest: fields.filter(([field]) => !known.includes(field.toLowerCase())) }]
}

/**
 * The backports of a release, from the same mirror, with the same components and key as the release itself; a snapshot
 * mirror or a local one thus stays what it is.
 *
 * @param {readonly AptSource[]} sources
 * @param {string} release code name, as `bookworm`
 * @param {string} [mirror] URI from which apt has the release, where it says so
 * @returns {AptSource | undefined} undefined when no source offers the release
 */
export function backportsOf(sources, release, mirror) {
  /** @param {string} uri */
  const bare = uri => uri.replace(/\/+$/, '')
  const offering = sources.filter(source => source.types.includes('deb') && source.suites.includes(release))
  // Others publish for a release too, under its name; only the distribution itself has updates for it.
  const updated = new Set(sources.filter(source => source.suites.includes(`${release}-updates`)).flatMap(source => source.uris.map(bare)))
  /** @type {((uri: string) => boolean)[]} */
  const signs = [uri => mirror !== undefined && bare(uri) === bare(mirror), uri => updated.has(bare(uri))]
  for (const sign of signs) {
    const chosen = offering.find(source => source.uris.some(sign))
    if (chosen) return { ...chosen, types: ['deb'], uris: chosen.uris.filter(sign), suites: [`${release}-backports`] }
  }
  return undefined
}

/**
 * A source as a deb822 stanza.
 *
 * @param {AptSource} source
 */
export function stanzaOf({ types, uris, suites, components, rest }) {
  /** @type {[string, string][]} */
  const fields = [['Types', types.join(' ')], ['URIs', uris.join(' ')], ['Suites', suites.join(' ')], ['Components', components.join(' ')], ...rest]
  return `${fields.map(([name, value]) => `${name}:${value.startsWith('\n') ? '' : ' '}${value}`).join('\n')}\n`
}

/** @param {string} folder */
function namesIn(folder) {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}
