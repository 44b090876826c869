import { join } from 'node:path'
import { readBounded, pathExists } from '../files.ts'

/**
 * Lists that say what the folders of classes are called: Tiny ImageNet's (id, tab, names), ImageNet's of two kinds (id, blank, names),
 * and numbered ones (number, tab, id, tab, name).
 */
const LISTS = ['words.txt', 'classes.tsv', 'LOC_synset_mapping.txt', 'synset_words.txt'] as const

const LIST_LIMIT = 64 * 2 ** 20
const NAME_LIMIT = 200

/** Names for the classes `ids` from the first list in `folders` that knows one of them, and the list's name; the ids themselves where none does. */
export async function classNamesFor(ids: readonly string[], folders: readonly string[]): Promise<{ readonly names: readonly string[]; readonly list?: string }> {
  for (const folder of folders) {
    for (const list of LISTS) {
      const path = join(folder, list)
      if (!(await pathExists(path))) continue
      const found = parseNames(new TextDecoder().decode(await readBounded(path, LIST_LIMIT)), new Set(ids))
      if (found.size > 0) return { names: namesOf(ids, found), list }
    }
  }
  return { names: ids }
}

function parseNames(text: string, ids: ReadonlySet<string>): Map<string, string> {
  const found = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const fields = line.includes('\t') ? line.split('\t').map(field => field.trim()) : [/^\S+/.exec(line)?.[0] ?? '', line.replace(/^\S+/, '').trim()]
    const id = fields.find(field => ids.has(field))
    const name = fields.at(-1)
    if (id !== undefined && name !== undefined && name !== '' && name !== id) found.set(id, name)
  }
  return found
}

/** The first of several names where no other class has it; ImageNet has two kinds of crane, and two of maillot. */
function namesOf(ids: readonly string[], found: ReadonlyMap<string, string>): string[] {
  const first = ids.map(id => (found.get(id)?.split(',')[0] ?? '').trim() || id)
  const times = new Map<string, number>()
  for (const name of first) times.set(name, (times.get(name) ?? 0) + 1)
  return ids.map((id, at) => {
    const name = first[at] as string
    return (times.get(name) === 1 ? name : `${name} (${id})`).slice(0, NAME_LIMIT)
  })
}
