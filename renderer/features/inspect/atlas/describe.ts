import { keyText, patternOf, type FilterBank } from '../../../../core/analysis/filterBank.ts'
import { popcount } from '../../../../core/analysis/signs.ts'
import { counted, grouped } from '../../../../core/architecture/wording.ts'
import { NOTHING, SPACE, type Arrangement } from './arrange.ts'
import type { LookedLayer } from './tiles.ts'

/** What is at a place, in words: for the pointer, the keyboard and screen readers. */
export function describePlace(looked: LookedLayer, { of, places }: Arrangement, place: number, turned: Uint32Array | undefined): string {
  const held = places[place]
  if (held === undefined || held === SPACE) return ''
  if (held === NOTHING) return 'its opposite does not occur in this layer'
  const { bank, tiles } = looked
  const turns = turned && of === 'items' ? `; ${counted(bitsOf(turned, held, tiles.words), 'bit')} turned` : ''
  if (!bank) return `unit ${held}: ${grouped(bitsOf(tiles.patterns, held, tiles.words))} of ${grouped(tiles.bits)} weights are +1${turns}`
  if (of === 'patterns') return `filter ${usesText(bank, held)}; ${channelsText(bank, held)}`
  const [input, output] = [Math.floor(held / bank.outputs), held % bank.outputs]
  return `channel ${output}, input map ${input}: filter ${usesText(bank, bank.ids[held] as number)}${turns}`
}

function bitsOf(patterns: Uint32Array, at: number, words: number): number {
  let sum = 0
  for (let word = at * words; word < (at + 1) * words; word++) sum += popcount(patterns[word] as number)
  return sum
}

export function keyOfPattern(bank: FilterBank, id: number): string {
  return keyText(patternOf(bank, id), bank.kernel)
}

/** The number of a pattern by its text; undefined where no slice has it. */
export function patternOfKey(bank: FilterBank, key: string): number | undefined {
  const id = bank.counts.findIndex((_, candidate) => keyOfPattern(bank, candidate) === key)
  return id < 0 ? undefined : id
}

function usesText(bank: FilterBank, id: number): string {
  const inverse = bank.inverses[id] as number
  const opposite = inverse === id ? ', its opposite never' : `, its opposite ${keyOfPattern(bank, inverse)} ${counted(bank.counts[inverse] as number, 'time')}`
  return `${keyOfPattern(bank, id)} ${counted(bank.counts[id] as number, 'time')}${opposite}`
}

/** Channels whose filters have the pattern. */
export function channelsOf({ ids, outputs }: FilterBank, id: number): number[] {
  const uses = new Set<number>()
  for (let slice = 0; slice < ids.length; slice++) if (ids[slice] === id) uses.add(slice % outputs)
  return [...uses].sort((a, b) => a - b)
}

function channelsText(bank: FilterBank, id: number): string {
  const channels = channelsOf(bank, id)
  const shown = channels.slice(0, 8).join(', ')
  return `${channels.length === 1 ? 'channel' : 'channels'} ${shown}${channels.length > 8 ? ` and ${channels.length - 8} more` : ''} of ${bank.outputs}`
}
